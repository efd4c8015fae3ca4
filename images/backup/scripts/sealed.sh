# Whether a file is one that age made. Sourced after lib.sh. Nothing is opened: the keys for that are not here.
# shellcheck shell=sh

# check_sealed FILE NAME: leaves the number of recipients in $recipients. The header is text, a line "-> …" for each, up to a line "--- <mac>";
# in age's armour all of it is base64 (age-encryption.org/v1).
check_sealed() {
  case $(head -c 34 "$1" | tr -d '\0') in
    "age-encryption.org/v1"*) cp "$1" "$scratch/unarmoured" ;;
    "-----BEGIN AGE ENCRYPTED FILE-----")
      [ "$(tail -n 1 "$1" | tr -d '\r')" = "-----END AGE ENCRYPTED FILE-----" ] || die "$2 was cut off: its last line is missing"
      grep -v '^-----' "$1" | base64 --decode --ignore-garbage >"$scratch/unarmoured" || die "$2 is damaged: its armour cannot be read"
      ;;
    *) die "$2 is no age file: it opens to nobody, or to everybody" ;;
  esac
  sed '/^--- /q' "$scratch/unarmoured" | tr -d '\0' >"$scratch/header"
  grep -aq '^--- ' "$scratch/header" || die "$2 was cut off: its header has no end"
  recipients=$(grep -acE '^-> (X25519|mlkem768x25519) ' "$scratch/header") || recipients=0
  [ "$recipients" -gt 0 ] || die "$2 is closed for no recipient's key"
  # A header, a nonce of 16 bytes and a chunk with its mark of 16 bytes at least.
  [ "$(size_of "$scratch/unarmoured")" -gt "$(($(size_of "$scratch/header") + 32))" ] || die "$2 has nothing in it"
}
