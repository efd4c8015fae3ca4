# Puts objects into a bucket whose login may do nothing else, and tells what the server answered. Sourced after lib.sh.
# rclone 1.60 is no help here: it sends an ACL with every object, and a bucket of Amazon's since 2023 takes none but bucket-owner-full-control, for which
# the login would need a second permission (S3 user guide, "Troubleshooting" of object ownership). curl signs requests itself.
# shellcheck shell=sh

# One request carries 5 GiB at most, and an upload has 10,000 parts at most.
part_bytes=${OFFSITE_PART_BYTES:-1073741824}

# offsite_ready: the login in a file, because every process may read the arguments of others.
offsite_ready() {
  need OFFSITE_BUCKET RCLONE_CONFIG_OFFSITE_ENDPOINT RCLONE_CONFIG_OFFSITE_REGION \
    RCLONE_CONFIG_OFFSITE_ACCESS_KEY_ID RCLONE_CONFIG_OFFSITE_SECRET_ACCESS_KEY
  case $RCLONE_CONFIG_OFFSITE_ENDPOINT in
    http://* | https://*) offsite=$RCLONE_CONFIG_OFFSITE_ENDPOINT ;;
    *) offsite=https://$RCLONE_CONFIG_OFFSITE_ENDPOINT ;;
  esac
  offsite=${offsite%/}/$OFFSITE_BUCKET
  {
    printf 'user = "%s:%s"\n' "$RCLONE_CONFIG_OFFSITE_ACCESS_KEY_ID" "$RCLONE_CONFIG_OFFSITE_SECRET_ACCESS_KEY"
    printf 'aws-sigv4 = "aws:amz:%s:s3"\n' "$RCLONE_CONFIG_OFFSITE_REGION"
    # The connection is encrypted and Content-MD5 covers the body: signing it too would mean to read it twice more.
    printf 'header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"\nsilent\nshow-error\nspeed-limit = 1024\nspeed-time = 300\n'
  } >"$scratch/offsite"
}

# offsite_url KEY: every byte but the plain ones and the slashes is escaped.
offsite_url() {
  printf '%s/%s' "$offsite" "$(printf '%s' "$1" | jq -sRr 'split("/") | map(@uri) | join("/")')"
}

# One try of a request. The answer's header fields are in $1.headers, its body in $1.body. What a server says is told once, without its request numbers.
offsite_try() {
  answer=$1
  shift
  : >"$answer.body"
  code=$(curl --config "$scratch/offsite" --dump-header "$answer.headers" --output "$answer.body" --write-out '%{http_code}' "$@") || return 1
  case $code in
    200 | 204) return 0 ;;
  esac
  say "the server answers $code: $(sed -n 's|.*<Code>\(.*\)</Code><Message>\(.*\)</Message>.*|\1, \2|p' "$answer.body" | head -c 300)"
  return 1
}
offsite_request() { retry "$tries" offsite_try "$@"; }

answered() { sed -n "s/^$2: *\"\{0,1\}\([^\"]*\)\"\{0,1\}\r\{0,1\}\$/\1/Ip" "$1.headers" | tail -n 1 | tr -d '\r'; }
md5_of() { openssl md5 -binary "$1"; }

# put FILE KEY: Content-MD5 is demanded by buckets with Object Lock, and makes the server refuse what arrives damaged. The answer's ETag is compared as well,
# because nothing can be read back. Leaves it in $etag, and the version's name in $version.
put() {
  if [ "$(size_of "$1")" -gt "$part_bytes" ]; then put_parts "$1" "$2"; else put_whole "$1" "$2"; fi
}
put_whole() {
  offsite_request "$scratch/put" --request PUT --upload-file "$1" --header "Content-MD5: $(md5_of "$1" | base64)" "$(offsite_url "$2")" ||
    die "cannot put $2 off site (see above)"
  etag=$(answered "$scratch/put" etag)
  version=$(answered "$scratch/put" x-amz-version-id)
  [ "$etag" = "$(md5_of "$1" | od -An -v -tx1 | tr -d ' \n')" ] || die "the off-site server holds something else under $2 than was sent: its ETag is $etag"
}

put_parts() {
  url=$(offsite_url "$2")
  offsite_request "$scratch/put" --request POST "$url?uploads=" || die "cannot begin to put $2 off site (see above)"
  upload=$(sed -n 's|.*<UploadId>\(.*\)</UploadId>.*|\1|p' "$scratch/put.body")
  count=$((($(size_of "$1") + part_bytes - 1) / part_bytes))
  part=1
  : >"$scratch/put.md5"
  printf '<CompleteMultipartUpload>' >"$scratch/put.list"
  while [ "$part" -le "$count" ]; do
    room "$scratch" "$part_bytes"
    tail -c "+$(((part - 1) * part_bytes + 1))" "$1" | head -c "$part_bytes" >"$scratch/part"
    offsite_request "$scratch/put" --request PUT --upload-file "$scratch/part" --header "Content-MD5: $(md5_of "$scratch/part" | base64)" \
      "$url?partNumber=$part&uploadId=$upload" || abandon "$2" "$url?uploadId=$upload"
    md5_of "$scratch/part" >>"$scratch/put.md5"
    printf '<Part><PartNumber>%s</PartNumber><ETag>%s</ETag></Part>' "$part" "$(answered "$scratch/put" etag)" >>"$scratch/put.list"
    part=$((part + 1))
  done
  rm -f "$scratch/part"
  printf '</CompleteMultipartUpload>' >>"$scratch/put.list"
  # Each try of this request may have been carried out although its answer was lost; the object is then there, and the key's next put is another version.
  offsite_request "$scratch/put" --request POST --data-binary "@$scratch/put.list" "$url?uploadId=$upload" || abandon "$2" "$url?uploadId=$upload"
  # An error can come with a status of 200 here, after long work (S3 API reference, CompleteMultipartUpload).
  etag=$(sed -n 's|.*<ETag>\(.*\)</ETag>.*|\1|p' "$scratch/put.body" | sed 's/&#34;\|&quot;\|"//g')
  version=$(answered "$scratch/put" x-amz-version-id)
  [ "$etag" = "$(md5_of "$scratch/put.md5" | od -An -v -tx1 | tr -d ' \n')-$count" ] ||
    die "the off-site server holds something else under $2 than was sent: its ETag is ${etag:-missing}"
}
# The login may end its own uploads; parts without an object would cost until the bucket's lifecycle removes them.
abandon() {
  offsite_try "$scratch/abandon" --request DELETE "$2" || :
  die "cannot put $1 off site (see above)"
}
