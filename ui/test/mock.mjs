// A daemon that is made up: it serves `dist/` as the daemon does (base, Content-Security-Policy, ETags) and answers
// the API from a generated fleet. `node test/mock.mjs [PORT]` runs it to look at.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createServer, request } from "node:http";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { act, read } from "./mock/answers.mjs";
import { counts } from "./mock/filter.mjs";
import { iso, now, world } from "./mock/world.mjs";

export const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const DIST = new URL("../dist/", import.meta.url);
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
const br = (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
const tag = (body) => `W/"${createHash("sha1").update(body).digest("base64url").slice(0, 16)}"`;

function files() {
  const all = new Map();
  for (const name of ["index.html", ...readdirSync(new URL("assets/", DIST)).map((one) => `assets/${one}`)]) {
    const body = readFileSync(new URL(name, DIST));
    all.set(name, { body, br: br(body), type: TYPES[name.split(".").at(-1)] });
  }
  return all;
}

/** Starts one at a free port; what a test changes of it are fields. */
export async function start(port = 0) {
  const dist = files();
  const sockets = new Set();
  const streams = new Set();
  const mock = {
    world: world(), role: "operator", build: "0.9.0", several: false, asked: new Map(), acts: [], newer: [], requests: [], event: 0, epoch: 7,
    /** Says an event to all who listen. */
    tell(event, data) {
      mock.event++;
      for (const stream of streams) stream.write(`id: ${mock.epoch}-${mock.event}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    /** Changes rows and says so. */
    change(addresses, parts) {
      for (const address of addresses) Object.assign(mock.world.byAddress.get(address), parts);
      mock.world.generation++;
      mock.rowsOf = undefined;
      mock.tell("resources.changed", { generation: mock.world.generation, total: addresses.length, addresses: addresses.slice(0, 100), counts: counts(mock.world.rows) });
    },
    integrationRows() {
      return (mock.rowsOf ??= mock.compute());
    },
    compute() {
      mock.byIntegration = Map.groupBy ? Map.groupBy(mock.world.rows, (row) => row.integration) : group(mock.world.rows);
      return mock.world.integrations.map((integration) => mock.integrationRow(integration));
    },
    streams,
    /** The daemon is gone: nothing is answered. */
    cut() {
      mock.down = true;
      for (const socket of sockets) socket.destroy();
    },
    back() {
      mock.down = false;
    },
  };
  const { integrationRow } = await import("./mock/answers.mjs");
  mock.integrationRow = (integration) => integrationRow(mock, integration);
  const server = createServer((req, res) => void answer(mock, dist, streams, req, res));
  server.on("connection", (socket) => {
    if (mock.down) return socket.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  mock.url = `http://127.0.0.1:${server.address().port}/`;
  mock.stop = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  return mock;
}

function group(rows) {
  const all = new Map();
  for (const row of rows) all.set(row.integration, [...(all.get(row.integration) ?? []), row]);
  return all;
}

async function answer(mock, dist, streams, req, res) {
  const url = new URL(req.url, "http://x");
  const path = url.pathname.slice(1);
  mock.requests.push(`${req.method} ${path}${url.search}`);
  if (!path.startsWith("api/v1/")) return page(dist, req, res, url.pathname);
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  const send = ({ status, body }) => {
    const text = Buffer.from(JSON.stringify(body));
    const etag = status === 200 && req.method === "GET" ? tag(JSON.stringify({ ...body, asOf: { ...body.asOf, now: undefined } })) : undefined;
    if (etag && req.headers["if-none-match"] === etag) return res.writeHead(304, headers).end();
    res.writeHead(status, { ...headers, "content-encoding": "br", ...(etag ? { etag } : {}) }).end(br(text));
  };
  const route = path.slice("api/v1/".length);
  if (mock.signedOut && route !== "session") return send({ status: 401, body: { error: "the session ended", code: "token-required" } });
  if (route === "events") return listen(mock, streams, res);
  if (req.method === "GET") {
    if (mock.delay) await mock.delay(route, url.searchParams);
    return send(mock.fail?.(route) ?? read(mock, route, url.searchParams));
  }
  let text = "";
  for await (const chunk of req) text += chunk;
  send(act(mock, req.method, route, text === "" ? undefined : JSON.parse(text), req.headers));
}

function listen(mock, streams, res) {
  res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  res.write(`event: status\ndata: ${JSON.stringify({ environment: "prod-us", generation: mock.world.generation, phase: "idle", draining: false, paused: null, build: mock.build, at: iso(now()) })}\n\n`);
  streams.add(res);
  res.on("close", () => streams.delete(res));
}

function page(dist, req, res, path) {
  const common = { "content-security-policy": CSP, "referrer-policy": "no-referrer", "x-content-type-options": "nosniff" };
  const asset = /\/(assets\/[^/]+)$/.exec(path)?.[1];
  const name = asset ?? (path === "/" || path.startsWith("/e/") ? "index.html" : undefined);
  const file = dist.get(name);
  if (!file) return res.writeHead(404, { "content-type": "application/json" }).end('{"error":"there is nothing there","code":"not-found"}');
  if (asset) return res.writeHead(200, { ...common, "content-type": file.type, "content-encoding": "br", "cache-control": "public, max-age=31536000, immutable" }).end(file.br);
  const depth = path.split("/").length - 2;
  const body = Buffer.from(file.body.toString().replace('<base href="./">', `<base href="${"../".repeat(depth) || "./"}">`));
  const etag = tag(body);
  if (req.headers["if-none-match"] === etag) return res.writeHead(304, common).end();
  res.writeHead(200, { ...common, "content-type": file.type, "cache-control": "no-cache", etag, "content-encoding": "br" }).end(br(body));
}

/** A proxy that serves it below a path and strips this path, as many do. */
export async function proxy(target, prefix) {
  const server = createServer((req, res) => {
    if (!req.url.startsWith(prefix)) return res.writeHead(404).end();
    const inner = request(new URL(req.url.slice(prefix.length - 1), target), { method: req.method, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers);
      answer.pipe(res);
    });
    inner.on("error", () => res.destroy());
    req.pipe(inner);
    res.on("close", () => inner.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}${prefix}`, stop: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await start(Number(process.argv[2] ?? 8099));
  console.log(`${mock.url} (Ctrl-C ends it)`);
  setInterval(() => mock.tell("observed", { observedAt: iso(now() - 100) }), 15_000);
}
