// Objects on a local S3 server that the program itself declares: written, read back and removed.
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { isS3Error } from "./client.ts";
import { connect, type S3Region } from "./region.ts";

/** An object with what is stored beside its content. */
export interface ObjectContent {
  readonly bucket: string;
  readonly key: string;
  readonly body: Buffer;
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a server says of an object that is there. */
export interface StoredContent {
  /** Without quotes; the content's MD5 where it was written in one piece. */
  readonly etag: string;
  /** Empty where the bucket keeps no versions. */
  readonly versionId: string;
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes an object, over whatever is there. */
export async function putObject(place: S3Region, content: ObjectContent): Promise<StoredContent> {
  const { client } = await connect(place);
  await client.send(
    new PutObjectCommand({
      Bucket: content.bucket,
      Key: content.key,
      Body: content.body,
      ContentType: content.contentType,
      CacheControl: content.cacheControl,
      ContentDisposition: content.contentDisposition,
      ContentEncoding: content.contentEncoding,
      ContentLanguage: content.contentLanguage,
      Metadata: { ...content.metadata },
    }),
  );
  const stored = await readObject(place, content.bucket, content.key);
  if (!stored) throw new Error(`${content.bucket}/${content.key} was written and is not there; see the server's log`);
  return stored;
}

/** What is there now; nothing when the object is gone. */
export async function readObject(place: S3Region, bucket: string, key: string): Promise<StoredContent | undefined> {
  const { client } = await connect(place);
  try {
    return contentOf(await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
  } catch (error) {
    if (isS3Error(error, "NotFound", "NoSuchKey", "NoSuchBucket")) return undefined;
    throw error;
  }
}

function contentOf(head: HeadObjectCommandOutput): StoredContent {
  return {
    etag: (head.ETag ?? "").replaceAll('"', ""),
    versionId: head.VersionId ?? "",
    ...(head.ContentType === undefined ? {} : { contentType: head.ContentType }),
    ...(head.CacheControl === undefined ? {} : { cacheControl: head.CacheControl }),
    metadata: head.Metadata ?? {},
  };
}

/**
 * Removes an object.
 * @param versions All its versions; otherwise one that keeps versions only hides it.
 */
export async function deleteObject(place: S3Region, bucket: string, key: string, versions: boolean): Promise<void> {
  const { client } = await connect(place);
  try {
    if (!versions) return void (await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }),
    );
    for (const { VersionId } of [...Versions, ...DeleteMarkers].filter((one) => one.Key === key))
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId }));
  } catch (error) {
    if (!isS3Error(error, "NotFound", "NoSuchKey", "NoSuchBucket")) throw error;
  }
}
