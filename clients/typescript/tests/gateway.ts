/** Stands in for the gateway: answers Connect and gRPC-Web over HTTP/1, by asking a server over gRPC. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { connectNodeAdapter, createGrpcTransport } from "@connectrpc/connect-node";

import { Health } from "../src/gen/grpc/health/v1/health_pb.js";
import { ForecastService, ScaleService } from "../src/v1.js";

export interface Gateway {
  /** Its address, `http://127.0.0.1:PORT`. */
  readonly address: string;
  /** The most questions that it has been asked at the same time. */
  readonly most: () => number;
  readonly stop: () => void;
}

export async function gateway(server: string): Promise<Gateway> {
  const behind = createGrpcTransport({ baseUrl: `http://${server}` });
  const [forecasts, scales, health] = [
    createClient(ForecastService, behind),
    createClient(ScaleService, behind),
    createClient(Health, behind),
  ];
  let [now, most] = [0, 0];
  async function counted<Reply>(call: Promise<Reply>): Promise<Reply> {
    now += 1;
    most = Math.max(most, now);
    return await passed(call).finally(() => (now -= 1));
  }
  const routes = connectNodeAdapter({
    routes: (router) => {
      router.service(ForecastService, {
        forecast: (request) => counted(forecasts.forecast(request)),
        trajectory: (request) => passed(forecasts.trajectory(request)),
        compare: (request) => passed(forecasts.compare(request)),
      });
      router.service(ScaleService, { getScale: (request) => passed(scales.getScale(request)) });
      router.service(Health, { check: (request) => passed(health.check(request)) });
    },
  });
  const listener = createServer(routes);
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  const stop = (): void => {
    listener.closeAllConnections();
    listener.close();
  };
  const { port } = listener.address() as AddressInfo;
  return { address: `http://127.0.0.1:${String(port)}`, most: () => most, stop };
}

/** What the server said, without what belongs to the connection to it; the details travel on as they are. */
async function passed<Reply>(call: Promise<Reply>): Promise<Reply> {
  try {
    return await call;
  } catch (raised) {
    const { rawMessage, code, details } = ConnectError.from(raised, Code.Internal);
    const failure = new ConnectError(rawMessage, code);
    failure.details = details;
    throw failure;
  }
}
