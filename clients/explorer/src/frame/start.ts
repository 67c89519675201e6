import { mountFrame } from "./frame.js";

mountFrame();
