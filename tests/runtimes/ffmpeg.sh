# packages: ffmpeg
# Encoding and decoding with the NEON routines and without: the same checksums.
l=/usr/lib/aarch64-linux-gnu
export LD_LIBRARY_PATH=$l/blas:$l/lapack
cd /tmp
q="ffmpeg -hide_banner -loglevel error -nostdin -y"
$q -f lavfi -i testsrc2=size=320x240:rate=15:duration=1.5 -f lavfi -i sine=440:duration=1.5 -c:v mpeg4 -threads 1 -c:a aac -bitexact a.mp4
$q -i a.mp4 -threads 2 -c:v libx264 -preset ultrafast -an b.mkv
$q -i a.mp4 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -an c.webm
$q -i a.mp4 -c:a flac -vn d.flac
$q -i a.mp4 -c:v mjpeg -an e.avi
 $q -i a.mp4 -c:v libx265 -preset ultrafast -x265-params log-level=none -an f.mkv
$q -i a.mp4 -vn -c:a libvorbis g.ogg
$q -i a.mp4 -vn -c:a libopus h.opus
for f in a.mp4 b.mkv c.webm d.flac e.avi f.mkv; do for c in all 0; do for t in 1 4; do $q -cpuflags $c -threads $t -bitexact -i $f -f framemd5 - 2>/dev/null | md5sum; done; done | uniq -c | sed "s|^|$f |"; done
for f in g.ogg h.opus; do $q -i $f -f s16le - | wc -c; done
for c in all 0; do $q -cpuflags $c -bitexact -sws_flags bitexact+accurate_rnd -i a.mp4 -vf scale=200:150,hflip,format=rgb24 -f md5 -; done
