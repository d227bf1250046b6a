import path from 'node:path';
import ts from 'typescript';

export interface Api {
  /** Declarations without bodies and comments, by name. */
  readonly exported: readonly string[];
  /** What they mention of the same package without its being exported. */
  readonly referenced: readonly string[];
}

/** Reads what a module exports, as the compiler declares it. */
export function readApi(entrance: string): Api {
  const config = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.config.compilerOptions, process.cwd());
  const program = ts.createProgram([entrance], { ...options, noEmit: false, declaration: true, removeComments: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entrance);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${entrance} is no module`);
  const exported = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, target(symbol, checker)]));
  const known = new Set(exported.values());
  const referenced = new Map<string, ts.Symbol>();
  const declarations = new DeclarationText(program);
  const queue = [...known];
  for (let symbol = queue.pop(); symbol !== undefined; symbol = queue.pop()) {
    for (const mention of listMentions(declarations.nodesOf(symbol), checker)) {
      if (known.has(mention) || !isOurs(mention, entrance)) continue;
      known.add(mention);
      referenced.set(mention.name, mention);
      queue.push(mention);
    }
  }
  const print = (symbols: Map<string, ts.Symbol>): string[] =>
    [...symbols].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, symbol]) => declarations.textOf(symbol));
  return { exported: print(exported), referenced: print(referenced) };
}

/** Declarations as the compiler emits them, found by their names. */
class DeclarationText {
  readonly #program: ts.Program;
  readonly #emitted = new Map<string, ts.SourceFile>();
  readonly #printer = ts.createPrinter({ removeComments: true });

  constructor(program: ts.Program) {
    this.#program = program;
  }

  /** The declarations in the sources, as far as they are types or signatures: no bodies. */
  nodesOf(symbol: ts.Symbol): readonly ts.Node[] {
    return (symbol.declarations ?? []).flatMap((node): ts.Node[] => {
      if (ts.isFunctionDeclaration(node)) return [...node.parameters, ...(node.type === undefined ? [] : [node.type])];
      return ts.isVariableDeclaration(node) ? (node.type === undefined ? [] : [node.type]) : [node];
    });
  }

  textOf(symbol: ts.Symbol): string {
    const file = symbol.declarations?.[0]?.getSourceFile();
    if (file === undefined) throw new Error(`${symbol.name} has no declaration`);
    const emitted = this.#emit(file);
    const statements = emitted.statements.filter((statement) => namesOf(statement).includes(symbol.name));
    if (statements.length === 0) throw new Error(`${symbol.name} is not among the declarations of ${file.fileName}`);
    const print = (statement: ts.Statement) => this.#printer.printNode(ts.EmitHint.Unspecified, statement, emitted);
    return statements.map(print).join('\n').replaceAll('export declare ', 'export ').replaceAll(/ {4}/g, '  ');
  }

  #emit(file: ts.SourceFile): ts.SourceFile {
    const held = this.#emitted.get(file.fileName);
    if (held !== undefined) return held;
    let text = '';
    const keep: ts.WriteFileCallback = (_name, content) => {
      text = content;
    };
    this.#program.emit(file, keep, undefined, true);
    const parsed = ts.createSourceFile(`${file.fileName}.d.ts`, text, ts.ScriptTarget.Latest);
    this.#emitted.set(file.fileName, parsed);
    return parsed;
  }
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => (ts.isIdentifier(name) ? name.text : ''));
  }
  const isNamed =
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isFunctionDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}

function listMentions(nodes: readonly ts.Node[], checker: ts.TypeChecker): ReadonlySet<ts.Symbol> {
  const found = new Set<ts.Symbol>();
  const visit = (node: ts.Node): void => {
    // Bodies are nobody's business, and what is private neither.
    if (ts.isBlock(node) || (ts.isClassElement(node) && node.name !== undefined && ts.isPrivateIdentifier(node.name))) {
      return;
    }
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const name = ts.isTypeReferenceNode(node) ? node.typeName : node.expression;
      const symbol = checker.getSymbolAtLocation(name);
      if (symbol !== undefined) found.add(target(symbol, checker));
    }
    ts.forEachChild(node, visit);
  };
  for (const node of nodes) visit(node);
  return found;
}

function isOurs(symbol: ts.Symbol, entrance: string): boolean {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
  const folder = `${path.resolve(entrance.split('/src/')[0] ?? '')}/src/`;
  const node = symbol.declarations?.[0];
  return path.resolve(file).startsWith(folder) && node !== undefined && !ts.isTypeParameterDeclaration(node);
}

function target(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}
