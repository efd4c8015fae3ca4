// Entry point of `pulumi up`: runs the program and exports its outputs.
import { program } from "./program.ts";

export default await program();
