/** The zip of a function, byte-identical on every machine. */
export interface Archive {
    /** Absolute path of the zip. */
    readonly path: string;
    /** SHA-256 of the zip in base64, as Lambda reports it. */
    readonly hashBase64: string;
    /** The same in hexadecimal. */
    readonly hashHex: string;
}
/**
 * The zip of `lambdas/<folder>`: the built one of the package, or in this repository one from the sources as they are.
 * @throws Error (esbuild's, with place and reason) when the function does not build
 */
export declare function functionArchive(folder: string): Archive;
/** The archive at a path, from its bytes. */
export declare function archiveOf(path: string, zip: Uint8Array): Archive;
