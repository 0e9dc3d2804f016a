# packages: ghc gcc libc6-dev libgmp-dev libc-bin diffutils
# Haskell compiled with and without optimization: laziness, exact arithmetic, threads, transactions, exceptions, the collector.
cd /tmp; export LANG=C.UTF-8 HOME=/tmp
# What the package does when it is installed: a cache of what there is.
cp -rL /var/lib/ghc/package.conf.d db; ghc-pkg --global-package-db=/tmp/db recache 2>/dev/null; export GHC_PACKAGE_PATH=/tmp/db
cat >m.hs <<'H'
{-# LANGUAGE ScopedTypeVariables #-}
module Main (main) where
import Control.Concurrent
import Control.Concurrent.STM
import Control.Exception
import Control.Monad
import Data.Bits
import Data.IORef
import qualified Data.Map.Strict as M
import Data.List (foldl', sort)
import System.Mem (performMajorGC)
import System.Timeout (timeout)
import Text.Printf (printf)

primes :: [Int]
primes = 2 : filter prime [3, 5 ..] where prime n = all (\p -> n `mod` p /= 0) (takeWhile (\p -> p * p <= n) primes)

main :: IO ()
main = do
  print (primes !! 3000, product [1 .. 60 :: Integer], 2 ^ (521 :: Int) `mod` (10 ^ (40 :: Int) + 7 :: Integer))
  let m = foldl' (\a k -> M.insertWith (+) (k * 7919 `mod` 1009) k a) M.empty [1 .. 50000 :: Int]
  print (M.size m, M.foldl' xor 0 m, take 3 (M.toDescList m))
  printf "%.17g %.6e %s\n" (sum (map (sqrt . fromIntegral) [1 .. 20000 :: Int]) :: Double) (exp 1 :: Double) (show (0 / 0 :: Double, -1 / 0 :: Float, truncate (1e10 :: Double) :: Int))
  total <- newTVarIO (0 :: Int)
  done <- newEmptyMVar
  forM_ [1 .. 20] $ \i -> forkIO $ do
    forM_ [1 .. 500] $ \j -> atomically (modifyTVar' total (+ (i * j `mod` 11)))
    putMVar done ()
  replicateM_ 20 (takeMVar done)
  readTVarIO total >>= print
  r <- try (evaluate (1 `div` (0 :: Int)))
  either (\(e :: ArithException) -> print e) print r
  r2 <- try (evaluate (head ([] :: [Int]))) :: IO (Either SomeException Int)
  putStrLn (either (const "no head") show r2)
  t <- timeout 50000 (threadDelay 10000000)
  print t
  box <- newEmptyMVar :: IO (MVar ())
  r3 <- try (takeMVar box)
  either (\BlockedIndefinitelyOnMVar -> putStrLn "blocked for ever") return r3
  ref <- newIORef []
  forM_ [1 .. 30 :: Int] $ \i -> writeIORef ref [i .. i + 20000] >> when (i `mod` 10 == 0) performMajorGC
  readIORef ref >>= print . sum . reverse . sort
  putStrLn "\955 \8594 \119978"
H
for o in "-O0" "-O2 -threaded -rtsopts" ; do rm -f m m.o m.hi; ghc -v0 $o -package containers -package stm m.hs -o m || exit 1; ./m; done
./m +RTS -N2 -A256k >m2; ./m +RTS -N2 -A64k --nonmoving-gc >m3; cmp m2 m3 && md5sum <m2
ghc -v0 -e 'foldr (\x k s -> k (s * 31 + x)) id [1..1000] 0 `mod` (1000003 :: Integer)' ; echo 'main = print (1 + "a")' >bad.hs; ghc -v0 bad.hs 2>&1 | grep -c error
