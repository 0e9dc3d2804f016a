# argv[0] reaches the program with and without P; O and C open the program for the emulator.
cp "$T/launch" launch
for flags in F PF OF POF CF POCF; do
  register e "$X" $flags
  echo "$flags"
  (exec -a other ./launch show -d a) | grep -v ^flags | sed "s|$D|D|"
  echo -1 >$B/e
done
# prints:
# F
# argv[0]=D/launch
# argv[1]=show
# argv[2]=-d
# argv[3]=a
# execfn=D/launch
# secure=0
# PF
# argv[0]=other
# argv[1]=show
# argv[2]=-d
# argv[3]=a
# execfn=D/launch
# secure=0
# OF
# argv[0]=D/launch
# argv[1]=show
# argv[2]=-d
# argv[3]=a
# execfn=D/launch
# secure=0
# POF
# argv[0]=other
# argv[1]=show
# argv[2]=-d
# argv[3]=a
# execfn=D/launch
# secure=0
# CF
# argv[0]=D/launch
# argv[1]=show
# argv[2]=-d
# argv[3]=a
# execfn=D/launch
# secure=0
# POCF
# argv[0]=other
# argv[1]=show
# argv[2]=-d
# argv[3]=a
# execfn=D/launch
# secure=0
