# packages: erlang-base erlang-dev
# BEAM's JIT: the compiler, processes and messages over several schedulers, timers, ports, binaries, ETS.
export HOME=/tmp; cd /tmp && cat >t.erl <<'L'
-module(t). -export([main/0, fib/1]).
fib(N) when N < 2 -> N; fib(N) -> fib(N - 1) + fib(N - 2).
ring(0, P) -> P; ring(N, P) -> ring(N - 1, spawn(fun() -> fwd(P) end)). fwd(P) -> receive stop -> P ! stop; M -> P ! M, fwd(P) end.
main() -> io:format("fib ~p~n", [fib(27)]), S = self(), R = ring(500, S), [R ! I || I <- lists:seq(1, 100)], io:format("ring ~p~n", [lists:sum([receive M -> M end || _ <- lists:seq(1, 100)])]), R ! stop, receive stop -> ok end,
  Ps = [spawn_monitor(fun() -> exit({ok, lists:foldl(fun(X, A) -> (A * 31 + X) rem 1000003 end, I, lists:seq(1, 3000))}) end) || I <- lists:seq(1, 200)], io:format("monitors ~p~n", [lists:sum([receive {'DOWN', Ref, process, _, {ok, V}} -> V end || {_, Ref} <- Ps])]),
  E = ets:new(e, [public, {write_concurrency, true}]), W = [spawn_monitor(fun() -> [ets:update_counter(E, X rem 13, 1, {X rem 13, 0}) || X <- lists:seq(1, 5000)] end) || _ <- lists:seq(1, 8)], [receive {'DOWN', Ref, _, _, normal} -> ok end || {_, Ref} <- W], io:format("ets ~p~n", [lists:sum([V || {_, V} <- ets:tab2list(E)])]),
  B = << <<(X * 7):16, (X / 3):64/float>> || X <- lists:seq(1, 20000) >>, io:format("bin ~p ~p~n", [byte_size(B), erlang:phash2([{A, F} || <<A:16, F:64/float>> <= B])]), io:format("big ~p ~p ~p~n", [erlang:phash2(lists:foldl(fun(X, A) -> X * A end, 1, lists:seq(1, 1000))), math:pow(2, 0.5), 1.0e10 / 3]),
  io:format("errors ~p~n", [length([catch case X rem 4 of 0 -> 1 div (X * 0); 1 -> hd([]); 2 -> throw(x); 3 -> maps:get(a, #{}) end || X <- lists:seq(1, 5000)])]), M = maps:from_list([{integer_to_binary(X), X} || X <- lists:seq(1, 30000)]), io:format("map ~p~n", [maps:fold(fun(_, V, A) -> V + A end, 0, M)]),
  io:format("re ~p~n", [length(element(2, re:run(binary:copy(<<"hello world ">>, 1000), "(\\w)o", [global])))]), [erlang:send_after(I rem 20, S, tick) || I <- lists:seq(1, 300)], [receive tick -> ok end || _ <- lists:seq(1, 300)], io:format("timers ~p ~s", [erlang:system_info(emu_flavor), os:cmd("echo port")]), T = lists:sort([erlang:phash2(X) || X <- lists:seq(1, 100000)]), io:format("sort ~p~n", [hd(T)]).
L
erlc t.erl && erl -noshell -s t main -s init stop && for s in 1 2 8; do erl +S $s -noshell -s t main -s init stop | md5sum; done
