// SPDX-License-Identifier: Apache-2.0
// The handler of the bench as a workerd module.
export default {
  async fetch(request) {
    const e = await request.json();
    return Response.json({ hello: e.name, n: e.n + 1 });
  },
};
