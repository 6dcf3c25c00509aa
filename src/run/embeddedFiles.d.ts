/** Files that are imported for their path, which holds in a compiled program, too (`with { type: 'file' }`). */
declare module '*.wasm' {
  const path: string;
  export default path;
}
declare module '*.ttf' {
  const path: string;
  export default path;
}
