/** The generated messages and services of `timelines.v1`, for `client.stub(...)`. */
export * from "./gen/timelines/v1/answer_pb.js";
export * from "./gen/timelines/v1/dataset_service_pb.js";
export * from "./gen/timelines/v1/error_pb.js";
export * from "./gen/timelines/v1/evaluation_service_pb.js";
export * from "./gen/timelines/v1/fit_service_pb.js";
export * from "./gen/timelines/v1/forecast_record_service_pb.js";
export * from "./gen/timelines/v1/forecast_service_pb.js";
export * from "./gen/timelines/v1/posterior_service_pb.js";
export * from "./gen/timelines/v1/question_pb.js";
export * from "./gen/timelines/v1/report_service_pb.js";
export * from "./gen/timelines/v1/scale_service_pb.js";
export * from "./gen/timelines/v1/scenario_service_pb.js";
