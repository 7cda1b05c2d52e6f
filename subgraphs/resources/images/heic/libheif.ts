import { createRequire } from 'node:module';

/** Functions of libheif's C interface that decode an image. Pointers are offsets in its memory, whose views change when it grows. */
export interface Libheif {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _heif_context_alloc(): number;
  /** The limit is that of a side; the limit of the pixels is its square. */
  _heif_context_set_maximum_image_size_limit(context: number, side: number): void;
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    bytes: number,
    length: number,
    options: 0,
  ): void;
  _heif_context_get_primary_image_handle(error: number, context: number, result: number): void;
  _heif_image_handle_get_width(handle: number): number;
  _heif_image_handle_get_height(handle: number): number;
  _heif_image_handle_has_alpha_channel(handle: number): number;
  _heif_image_handle_is_premultiplied_alpha(handle: number): number;
  _heif_image_handle_get_luma_bits_per_pixel(handle: number): number;
  _heif_image_handle_get_preferred_decoding_colorspace(
    error: number,
    handle: number,
    space: number,
    chroma: number,
  ): void;
  _heif_image_handle_get_nclx_color_profile(error: number, handle: number, result: number): void;
  _heif_decode_image(error: number, handle: number, result: number, space: number, chroma: number, options: 0): void;
  _heif_image_get_width(image: number, channel: number): number;
  _heif_image_get_height(image: number, channel: number): number;
  _heif_image_get_plane_readonly(image: number, channel: number, stride: number): number;
}

/** Values of libheif's enumerations. */
export const colourSpaceRgb = 1;
export const channelInterleaved = 10;
export const chromaOf = { 422: 2, 444: 3, interleavedRgb: 10, interleavedRgba: 11 };

const require = createRequire(import.meta.url);
const bundle = 'libheif-js/libheif-wasm/libheif-bundle.js';

/** False where the optional dependency libheif-js is not installed. */
export function hasLibheif(): boolean {
  try {
    require.resolve(bundle);
    return true;
  } catch {
    return false;
  }
}

/**
 * Creates libheif with a memory of its own, which never shrinks, and which becomes garbage with it. Nothing in it needs to
 * be freed.
 */
export function createLibheif(): Libheif {
  // Writes no error to the output; callers get them.
  return require(bundle)({ print: () => {}, printErr: () => {} });
}
