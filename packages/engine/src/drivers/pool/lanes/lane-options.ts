/** How reads share pipelined connections. */
export interface LaneOptions {
  /** The server stops a statement on a lane after this; its neighbours never wait for longer than that. */
  readonly limitMs: number;
  /** A statement that takes longer than this holds its neighbours up, which counts against it. */
  readonly shortMs: number;
  /** A lane whose server has not answered for this long is given up, and what is on it is run elsewhere. */
  readonly stallMs: number;
  /** What a statement may wait for the ones before it on its lane; decides how many are under way at once. */
  readonly targetWaitMs: number;
  readonly maxLanes: number;
}

export const LANE_OPTIONS: LaneOptions = { limitMs: 25, shortMs: 5, stallMs: 250, targetWaitMs: 5, maxLanes: 2 };
