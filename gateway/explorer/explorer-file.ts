/** A file of the explorer's page, as browsers ask for it. */
export interface ExplorerFile {
  /** Without a folder. All but `index.html` carry a hash of their bytes, so that a name never means other bytes. */
  name: string;
  bytes: Uint8Array;
}

/** The page itself; it names the others. */
export const indexName = 'index.html';

/** Where the others are, seen from the page. Relative, so that the gateway may stand behind a path of a proxy's. */
export const filesFolder = 'explorer';
