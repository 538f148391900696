# SPDX-License-Identifier: Apache-2.0
"""Fixtures: one real system per session; tests that kill things get one of their own."""

import pytest

import nslsystem


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than 10 s")


@pytest.fixture(scope="session")
def system():
    if not nslsystem.NSL.exists():
        pytest.fail(f"{nslsystem.NSL} does not exist: build first, or set NSL_BUILD")
    made = nslsystem.System()
    try:
        made.start()
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="session")
def user(system):
    return nslsystem.User(system)


@pytest.fixture(scope="session")
def stranger(system):
    return nslsystem.User(system)


@pytest.fixture(scope="session")
def hello(user):
    return user.deploy(nslsystem.HELLO, name="hello-session")


@pytest.fixture(scope="session")
def neighbour_function(stranger):
    return stranger.deploy(nslsystem.HELLO, name="hello-neighbour")


@pytest.fixture
def neighbour(stranger, neighbour_function):
    """Wraps a fault: with neighbour(): … fails when another project's calls suffer."""
    return lambda: nslsystem.Neighbour(stranger, neighbour_function)


@pytest.fixture(scope="module")
def own_system():
    made = nslsystem.System()
    try:
        made.start()
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="session")
def own_root(tmp_path_factory):
    """The pin of another simulated installation."""
    import base64
    import hashlib
    import subprocess

    folder = tmp_path_factory.mktemp("module")
    vaults = list(nslsystem.build_folder().glob("apps/*/nsl-vault-dev"))
    assert vaults, "nsl-vault-dev is not built"
    subprocess.run([vaults[0], "init-module", "--dir", folder], check=True, timeout=30)
    der = (folder / "root.der").read_bytes()
    return {"rootDer": base64.b64encode(der).decode(), "rootSha256": hashlib.sha256(der).hexdigest()}
