/** What the bundler makes of files that are no scripts: an image is the text of its bytes in base64. */
declare module '*.png' {
  const base64: string;
  export default base64;
}

declare module '*.css';

/** The names of the workers' files, by the editor that they work for; set by the bundler. */
declare const WORKER_FILES: Readonly<Record<string, string>>;
