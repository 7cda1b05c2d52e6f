/** The bundler imports an image as its bytes in base64. */
declare module '*.png' {
  const base64: string;
  export default base64;
}

declare module '*.css';

/** File names of Monaco's workers, by Monaco's label for them. Defined by the bundler. */
declare const WORKER_FILES: Readonly<Record<string, string>>;
