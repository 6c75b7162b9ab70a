import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { BoundedCache } from '../../schema/ldap/bounded-cache.ts';
import { type Answer, notFound } from '../answer.ts';
import type { Visit } from '../visit.ts';
import type { Complaint } from './field-check.ts';
import { personNamed } from './profile.ts';

/** Bytes of a picture that somebody sends. */
export const mostPhotoBytes = 12 * 1024 * 1024;
/** A picture may be small as a file and huge in memory. */
const mostPixels = 60_000_000;
/** Pixels of the sides of what is kept, and of what lists show. */
const side = 480;
const smallSide = 96;
const formats: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif', 'heif', 'tiff']);

/** Small pictures, by digest of the large ones; a list has dozens. */
const small = new BoundedCache<Uint8Array<ArrayBuffer>>(2000);

/**
 * Makes a photo for an entry of what somebody has sent: upright, square, 480 pixels wide, as JPEG, without place, camera and all that a file
 * tells beside the picture.
 */
export async function makePhoto(file: File): Promise<Buffer | Complaint> {
  if (file.size > mostPhotoBytes) return ['photo.tooLarge', { most: mostPhotoBytes / 1024 / 1024 }];
  try {
    const image = sharp(Buffer.from(await file.arrayBuffer()), { limitInputPixels: mostPixels, failOn: 'error' });
    const { format } = await image.metadata();
    if (!formats.has(format)) return ['photo.noPhoto'];
    return await image
      .autoOrient()
      .resize(side, side, { fit: 'cover', position: 'attention', withoutEnlargement: true })
      .flatten({ background: '#fff' })
      .jpeg({ quality: 82, mozjpeg: true })
      .toBuffer();
  } catch {
    // what sharp has to say is about bytes, and not for people
    return ['photo.noPhoto'];
  }
}

export function isPhoto(made: Buffer | Complaint): made is Buffer {
  return Buffer.isBuffer(made);
}

/** GET /people/:name/photo; `?size=small` for lists. */
export async function showPhoto(visit: Visit): Promise<Answer> {
  const [photo] = visit.as.values(personNamed(visit, visit.param('name')), 'jpegPhoto');
  if (photo === undefined) throw notFound();
  const isSmall = visit.query('size') === 'small';
  const digest = createHash('sha256').update(photo).digest('base64url');
  const body = isSmall ? await smallPhoto(photo, digest) : new Uint8Array(photo);
  // who may see it may change any time: the browser asks again, and is told that it is the same
  return {
    kind: 'file',
    body,
    type: 'image/jpeg',
    headers: { 'cache-control': 'private, no-cache', etag: `"${digest}${isSmall ? '-s' : ''}"` },
  };
}

async function smallPhoto(photo: Buffer, digest: string): Promise<Uint8Array<ArrayBuffer>> {
  const known = small.get(digest);
  if (known !== undefined) return known;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const image = sharp(photo, { limitInputPixels: mostPixels }).resize(smallSide, smallSide, { fit: 'cover' }).jpeg({ quality: 80 });
    bytes = new Uint8Array(await image.toBuffer());
  } catch {
    // it came over LDAP, where a photo is any bytes
    bytes = new Uint8Array(photo);
  }
  small.set(digest, bytes);
  return bytes;
}
