import { cpSync, globSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export interface Compilation {
  readonly root: string;
  readonly entries: readonly string[];
  /** Everything compiled lies below it; the layout below is kept. */
  readonly sourceFolder: string;
  readonly outFolder: string;
  /** Declarations of our other packages, by module name. */
  readonly paths: Readonly<Record<string, string[]>>;
}

/** Compiles sources to ES modules and their declarations, file by file. @throws Error with what the compiler found */
export function compile({ root, entries, sourceFolder, outFolder, paths }: Compilation): void {
  const config = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.config.compilerOptions, root);
  const program = ts.createProgram(entries, {
    ...options,
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    rootDir: sourceFolder,
    outDir: outFolder,
    paths: { ...paths },
  });
  const { diagnostics } = program.emit(undefined, (file, text, mark) =>
    ts.sys.writeFile(file, withJs(file, text), mark),
  );
  // Generated code is JavaScript with its declarations already, which the compiler reads and does not emit.
  for (const file of globSync('**/*.{js,d.ts}', { cwd: sourceFolder, exclude: ['**/{test,dist,node_modules}/**'] })) {
    cpSync(path.join(sourceFolder, file), path.join(outFolder, file));
  }
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length === 0) return;
  const host = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  };
  throw new Error(ts.formatDiagnostics(problems, host));
}

/** The compiler rewrites the specifiers of the code and leaves those of the declarations alone. */
function withJs(file: string, text: string): string {
  if (!file.endsWith('.d.ts')) return text;
  return text.replaceAll(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2');
}
