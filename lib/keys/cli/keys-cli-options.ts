export interface KeysCliOptions {
  /** DATA_DIR/qkdn. */
  readonly dataFolder: string;
  readonly now: () => number;
  readonly print: (line: string) => void;
}
