// gRPC-Web calls of two libraries at gRPC's own interoperability server, through a proxy: node web.mjs http://127.0.0.1:PORT
import { create, createFileRegistry, toBinary, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
global.XMLHttpRequest = require("xhr2");
const { GrpcWebClientBase, MethodDescriptor, MethodType } = require("grpc-web");

const base = process.argv[2];
const I32 = 5, BYTES = 12, STRING = 9, MESSAGE = 11;
const field = (name, number, type, typeName, label = 1) => ({ name, number, type, typeName, label });
const message = (name, ...field) => ({ name, field });
const method = (name, inputType, outputType, serverStreaming = false) =>
  ({ name, inputType: `.grpc.testing.${inputType}`, outputType: `.grpc.testing.${outputType}`, serverStreaming });
const file = create(FileDescriptorProtoSchema, {
  name: "test.proto", package: "grpc.testing", syntax: "proto3",
  messageType: [
    message("Empty"), message("Payload", field("body", 2, BYTES)),
    message("EchoStatus", field("code", 1, I32), field("message", 2, STRING)),
    message("SimpleRequest", field("response_size", 2, I32), field("payload", 3, MESSAGE, ".grpc.testing.Payload"),
      field("response_status", 7, MESSAGE, ".grpc.testing.EchoStatus")),
    message("SimpleResponse", field("payload", 1, MESSAGE, ".grpc.testing.Payload")),
    message("ResponseParameters", field("size", 1, I32), field("interval_us", 2, I32)),
    message("StreamingOutputCallRequest", field("response_parameters", 2, MESSAGE, ".grpc.testing.ResponseParameters", 3),
      field("response_status", 7, MESSAGE, ".grpc.testing.EchoStatus")),
    message("StreamingOutputCallResponse", field("payload", 1, MESSAGE, ".grpc.testing.Payload"))],
  service: [{ name: "TestService", method: [
    method("EmptyCall", "Empty", "Empty"), method("UnaryCall", "SimpleRequest", "SimpleResponse"),
    method("UnimplementedCall", "Empty", "Empty"),
    method("StreamingOutputCall", "StreamingOutputCallRequest", "StreamingOutputCallResponse", true)] }],
});
const types = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] }));
const service = types.getService("grpc.testing.TestService");
const sizes = [31415, 9, 2653, 58979];
const want = (what, found, expected) => { if (found !== expected) throw new Error(`${what}: ${found}, not ${expected}`); };
const failing = async (call, code, text) => {
  try { await call(); } catch (e) { want("code", e.code, code); if (text) want("message", e.rawMessage ?? e.message, text); return; }
  throw new Error("it did not fail");
};

// A library's calls: unary(name, request) and stream(name, request, times), which resolve to what came.
const connect = (() => {
  const client = createClient(service, createGrpcWebTransport({ baseUrl: base, useBinaryFormat: true }));
  return {
    unary: (name, request) => client[name](request),
    stream: async (name, request, seen) => { for await (const one of client[name](request)) seen(one); },
  };
})();
const grpcWeb = (format) => {
  const client = new GrpcWebClientBase({ format });
  const described = (name) => {
    const it = service.method[name];
    return [it, new MethodDescriptor(`/grpc.testing.TestService/${it.name}`,
      it.methodKind === "unary" ? MethodType.UNARY : MethodType.SERVER_STREAMING, Object, Object,
      (request) => toBinary(it.input, create(it.input, request)), (bytes) => fromBinary(it.output, new Uint8Array(bytes)))];
  };
  return {
    unary: (name, request) => new Promise((well, ill) => {
      const [it, descriptor] = described(name);
      client.rpcCall(`${base}/grpc.testing.TestService/${it.name}`, request, {}, descriptor, (e, r) => e ? ill(e) : well(r));
    }),
    stream: (name, request, seen) => new Promise((well, ill) => {
      const [it, descriptor] = described(name);
      const stream = client.serverStreaming(`${base}/grpc.testing.TestService/${it.name}`, request, {}, descriptor);
      stream.on("data", seen); stream.on("error", ill); stream.on("end", well);
    }),
  };
};
const CASES = {
  empty_unary: (call) => call.unary("emptyCall", {}),
  large_unary: async (call) => {
    const answer = await call.unary("unaryCall", { responseSize: 314159, payload: { body: new Uint8Array(271828) } });
    want("bytes", answer.payload.body.length, 314159);
  },
  server_streaming: async (call) => {
    const came = [];
    await call.stream("streamingOutputCall", { responseParameters: sizes.map((size) => ({ size })) },
      (one) => came.push(one.payload.body.length));
    want("sizes", came.join(), sizes.join());
  },
  status_code_and_message: (call) =>
    failing(() => call.unary("unaryCall", { responseStatus: { code: 2, message: "test status message" } }), 2, "test status message"),
  special_status_message: (call) => failing(() => call.unary("unaryCall",
    { responseStatus: { code: 2, message: "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n" } }), 2,
    "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"),
  unimplemented_method: (call) => failing(() => call.unary("unimplementedCall", {}), Code.Unimplemented),
};
let failed = 0;
for (const [library, call] of [["connect-web, binary", connect], ["grpc-web, binary", grpcWeb("binary")], ["grpc-web, base64", grpcWeb("text")]]) {
  for (const [name, run] of Object.entries(CASES)) {
    let outcome = "passed";
    try {
      await Promise.race([run(call), new Promise((_, ill) => setTimeout(() => ill(new Error("no end within 10 s")), 10_000).unref())]);
    } catch (e) { failed++; outcome = `failed: ${e instanceof ConnectError ? e.rawMessage : e.message}`; }
    console.log(`${library}: ${name}: ${outcome}`);
  }
}
process.exit(failed ? 1 : 0);
