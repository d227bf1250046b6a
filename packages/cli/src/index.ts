export { main } from './main.ts';
export { createProgram } from './tree/program.ts';
