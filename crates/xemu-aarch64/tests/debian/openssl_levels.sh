# Whatever instructions OpenSSL is told to use, its results are the same: none, then NEON, AES, SHA-1, SHA-256 and
# PMULL, added one after the other.
cd /tmp
seq 1 30000 >data
key=000102030405060708090a0b0c0d0e0f
iv=f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff

# The sum of what a cipher makes of the data with a key; what is decrypted must be the data again.
encrypt() {
  openssl enc -$1 -K $2 -iv $iv -in data -out secret
  openssl enc -d -$1 -K $2 -iv $iv -in secret | cmp - data
  openssl dgst -r -sha256 secret | sed "s/secret/$1/"
}

results() {
  for digest in sha1 sha256 sha512 sha3-256 md5 blake2b512 sm3; do
    openssl dgst -r -$digest data
  done
  encrypt aes-128-cbc $key
  encrypt aes-256-ctr $key$key
  encrypt chacha20 $key$key
  openssl mac -cipher AES-128-GCM -macopt hexkey:$key -macopt hexiv:${iv%????????} -in data GMAC
  openssl mac -macopt hexkey:$key$key -in data Poly1305
}

unset OPENSSL_armcap
results >default
cat default
for level in 0 1 5 0xd 0x1d 0x3d; do
  export OPENSSL_armcap=$level
  results >forced
  cmp default forced && echo "armcap $level agrees"
done
