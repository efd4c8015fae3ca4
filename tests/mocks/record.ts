// The recorder of the dump command, as the tests use it.
export { recordProgram, type Recorded, type Recording } from "../../src/dump/record.ts";
