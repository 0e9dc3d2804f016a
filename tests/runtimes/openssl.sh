# packages: openssl diffutils
# libcrypto with its routines for each set of processor features: the same digests, checksums and ciphertexts, and each
# verifies and decrypts what another has signed and encrypted.
cd /tmp
export QEMU_CPU=max
# None; NEON; with AES and PMULL; with SHA-1 and SHA-256; with SHA-512, SHA-3, SM3 and SM4; all that is detected.
levels="0 0x1 0x25 0x3d 0x1ffd detected"
at() {
  local level=$1
  shift
  if [ "$level" = detected ]; then openssl "$@"; else OPENSSL_armcap=$level openssl "$@"; fi
}
head -c 100003 <(for n in {1..12000}; do echo "line $n of the text"; done) >text
for n in 0 1 15 16 17 63 64 65 111 127 128 129 255 1000; do head -c $n text >part.$n; done
k=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
iv=f0e1d2c3b4a5968778695a4b3c2d1e0f
# One line for an algorithm: how many levels agree, which is all six.
digests=$(openssl list -digest-commands 2>/dev/null | tr -s ' \n' '\n\n' | grep -v gost)
for d in $digests; do
  long=
  case $d in shake*) long="-xoflen 64" ;; esac
  for l in $levels; do
    echo "$d $(at $l dgst -$d $long -r part.* text 2>/dev/null | md5sum)"
  done
done | uniq -c
for m in "HMAC -digest SHA256" "HMAC -digest SHA512" "HMAC -digest SM3" "CMAC -cipher AES-128-CBC" "GMAC -cipher AES-256-GCM" \
  Poly1305 KMAC128 KMAC256 SipHash BLAKE2BMAC BLAKE2SMAC; do
  set -- $m
  options= key=${k:0:32}
  case $1 in
    HMAC) options="-digest $3" ;;
    CMAC) options="-cipher $3" ;;
    GMAC) options="-cipher $3 -macopt hexiv:${iv:0:24}" key=$k ;;
    Poly1305) key=$k ;;
  esac
  for l in $levels; do
    echo "$m $(for f in part.1 part.64 part.1000 text; do at $l mac $options -macopt hexkey:$key -in $f $1; done 2>&1 | md5sum)"
  done | uniq -c
done
ciphers=$(openssl enc -list | tr -s ' \n' '\n\n' | grep '^-' | grep -v 'wrap\|gcm\|ccm\|siv' |
  grep 'aes-...-\|sm4-\|chacha20\|aria-128-ctr\|camellia-256-cbc\|des-ede3-cbc' | sort -u)
for c in $ciphers; do
  for l in $levels; do
    at $l enc $c -K $k$k -iv $iv -in text -out box 2>/dev/null
    at $l enc -d $c -K $k$k -iv $iv -in box 2>/dev/null | cmp - text && echo "$c $(md5sum <box)"
  done | uniq -c
done
# What has a random part is opened at the next level.
next() { set -- ${levels#*"$1"} 0; echo $1; }
for a in RSA:rsa_keygen_bits:2048 EC:ec_paramgen_curve:P-256 EC:ec_paramgen_curve:P-384 EC:ec_paramgen_curve:P-521 \
  EC:ec_paramgen_curve:brainpoolP256r1 ED25519 ED448 SM2 ML-DSA-44 SLH-DSA-SHA2-128f; do
  name=${a%%:*} option=${a#*:}
  [ "$option" = "$a" ] || option="-pkeyopt $option"
  [ "$option" != "$a" ] || option=
  for l in $levels; do
    n=$(next "$l")
    at $l genpkey -algorithm $name $option -out key.pem 2>/dev/null && at $n pkey -in key.pem -pubout -out pub.pem &&
      at $l pkeyutl -sign -inkey key.pem -rawin -in part.1000 -out sig && at $n pkeyutl -verify -pubin -inkey pub.pem -rawin -in part.1000 -sigfile sig |
      sed "s|^|$a |"
  done | uniq -c
done
for a in X25519 X448 EC:ec_paramgen_curve:P-256; do
  option=${a#*:}
  [ "$option" = "$a" ] && option= || option="-pkeyopt $option"
  for l in $levels; do
    n=$(next "$l")
    for k in a b; do at $l genpkey -algorithm ${a%%:*} $option -out $k.pem && at $n pkey -in $k.pem -pubout -out $k.pub; done
    at $l pkeyutl -derive -inkey a.pem -peerkey b.pub -out one
    at $n pkeyutl -derive -inkey b.pem -peerkey a.pub -out two
    cmp one two && echo "$a agrees"
  done | uniq -c
done
k=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
for c in aes-128-gcm:32 aes-256-gcm:64; do
  for l in $levels; do
    n=$(next "$l")
    at $l cms -encrypt -${c%:*} -secretkey ${k:0:${c#*:}} -secretkeyid 01 -binary -in text -out box.cms -outform DER &&
      at $n cms -decrypt -secretkey ${k:0:${c#*:}} -secretkeyid 01 -binary -in box.cms -inform DER | cmp - text && echo "$c opens"
  done | uniq -c
done
