// Entry point of `pulumi up`, whose language host runs the function and exports what it returns.
export { program as default } from "./program.ts";
