//! Structures as strace shows them.

use xemu_abi::process::CloneArgs;
use xemu_abi::signal::{self, SIGINFO_SIZE, SigAction, SigAltStack, SigInfo, SigSet};
use xemu_abi::stat::{EpollEvent, Stat};
use xemu_abi::{Wire, wire_struct};

use super::{Viewer, quote};
use crate::args::{Int, ShowFn, Shown};
use crate::names;

wire_struct! {
    /// `struct timespec`, and `struct timeval`.
    pub struct Timespec [16] {
        /// Seconds.
        0 sec: i64,
        /// Nanoseconds, or microseconds.
        8 frac: i64,
    }
}

wire_struct! {
    /// `struct itimerspec`.
    pub struct Itimerspec [32] {
        /// Period.
        0 interval: [i64; 2],
        /// First expiry.
        16 value: [i64; 2],
    }
}

wire_struct! {
    /// `struct rlimit64`.
    pub struct Rlimit [16] {
        /// Soft limit.
        0 cur: u64,
        /// Hard limit.
        8 max: u64,
    }
}

/// Two descriptors, as pipe2 returns them.
pub struct IntPair;
/// `struct new_utsname`.
pub struct Utsname;

fn wire<T: Wire>(viewer: &Viewer, addr: u64) -> Option<T> {
    viewer.bytes(addr, T::SIZE).map(|bytes| T::decode(&bytes))
}

macro_rules! shown {
    ($($ty:ty: |$viewer:ident, $addr:ident| $body:expr;)*) => {$(
        impl Shown for $ty {
            const SHOW: ShowFn = |$viewer, $addr| $body;
        }
    )*};
}

shown! {
    Int: |v, addr| Some(format!("[{}]", wire::<i32>(v, addr)?));
    IntPair: |v, addr| {
        let pair: [i32; 2] = wire(v, addr)?;
        Some(format!("[{}, {}]", pair[0], pair[1]))
    };
    Timespec: |v, addr| Some(timespec(&wire(v, addr)?));
    Itimerspec: |v, addr| {
        let t: Itimerspec = wire(v, addr)?;
        let pair = |p: [i64; 2]| timespec(&Timespec { sec: p[0], frac: p[1] });
        Some(format!("{{it_interval={}, it_value={}}}", pair(t.interval), pair(t.value)))
    };
    Rlimit: |v, addr| {
        let r: Rlimit = wire(v, addr)?;
        Some(format!("{{rlim_cur={}, rlim_max={}}}", limit(r.cur), limit(r.max)))
    };
    Utsname: |v, addr| {
        let bytes = v.bytes(addr, xemu_abi::process::UTS_SIZE)?;
        let field = |i: usize| {
            let bytes = &bytes[i * 65..][..65];
            let end = bytes.iter().position(|b| *b == 0).unwrap_or(65);
            quote(&bytes[..end], 65)
        };
        Some(format!("{{sysname={}, nodename={}, ...}}", field(0), field(1)))
    };
    EpollEvent: |v, addr| {
        let e: EpollEvent = wire(v, addr)?;
        let events = names::flags(u64::from(e.events), names::EPOLL_EVENTS);
        Some(format!("{{events={events}, data={:#x}}}", e.data))
    };
    Stat: |v, addr| {
        let s: Stat = wire(v, addr)?;
        Some(format!("{{st_mode={}, st_size={}, ...}}", mode(s.st_mode), s.st_size))
    };
    SigSet: |v, addr| Some(sigset(SigSet(wire(v, addr)?)));
    SigAction: |v, addr| {
        let a: SigAction = wire(v, addr)?;
        let handler = match a.handler {
            signal::SIG_DFL => "SIG_DFL".to_owned(),
            signal::SIG_IGN => "SIG_IGN".to_owned(),
            addr => format!("{addr:#x}"),
        };
        let flags = names::flags(a.flags, names::SIGACTION);
        let mask = sigset(SigSet(a.mask));
        Some(format!("{{sa_handler={handler}, sa_mask={mask}, sa_flags={flags}}}"))
    };
    SigAltStack: |v, addr| {
        let s: SigAltStack = wire(v, addr)?;
        let (sp, flags, size) = (s.ss_sp, s.ss_flags, s.ss_size);
        Some(format!("{{ss_sp={sp:#x}, ss_flags={flags:#x}, ss_size={size}}}"))
    };
    SigInfo: |v, addr| {
        let mut info = SigInfo([0; SIGINFO_SIZE]);
        info.0.copy_from_slice(&v.bytes(addr, SIGINFO_SIZE)?);
        Some(format!("{info:?}"))
    };
    CloneArgs: |v, addr| {
        let a: CloneArgs = wire(v, addr)?;
        let flags = names::flags(a.flags, names::CLONE);
        let sig = signal::name(a.exit_signal as i32);
        let (stack, size) = (a.stack, a.stack_size);
        Some(format!("{{flags={flags}, exit_signal={sig}, stack={stack:#x}/{size:#x}}}"))
    };
}

fn timespec(t: &Timespec) -> String {
    format!("{{{}, {}}}", t.sec, t.frac)
}

fn limit(value: u64) -> String {
    if value == u64::MAX { "RLIM64_INFINITY".to_owned() } else { value.to_string() }
}

fn mode(mode: u32) -> String {
    let kind = match mode & xemu_abi::stat::S_IFMT {
        0o140000 => "S_IFSOCK",
        0o120000 => "S_IFLNK",
        0o100000 => "S_IFREG",
        0o060000 => "S_IFBLK",
        0o040000 => "S_IFDIR",
        0o020000 => "S_IFCHR",
        0o010000 => "S_IFIFO",
        _ => "0",
    };
    format!("{kind}|0{:o}", mode & 0o7777)
}

/// A signal set; one that is nearly full is shown by what it lacks.
pub fn sigset(set: SigSet) -> String {
    let (mark, shown) = if set.0.count_ones() > 32 { ("~", !set.0) } else { ("", set.0) };
    let names: Vec<String> = (1..=64)
        .filter(|sig| SigSet(shown).has(*sig))
        .map(|sig| signal::name(sig).trim_start_matches("SIG").to_owned())
        .collect();
    format!("{mark}[{}]", names.join(" "))
}

/// Polled descriptors, with what happened to them.
pub fn poll_fds(viewer: &Viewer, addr: u64, count: u64) -> Option<String> {
    const SIZE: u64 = 8;
    const MOST: u64 = 16;
    let mut parts = Vec::new();
    for i in 0..count.min(MOST) {
        let bytes = viewer.bytes(addr + i * SIZE, SIZE as usize)?;
        let bits = |at: usize| names::flags(u16::decode(&bytes[at..]).into(), names::POLL_EVENTS);
        let happened = match u16::decode(&bytes[6..]) {
            0 => String::new(),
            _ => format!(", revents={}", bits(6)),
        };
        parts.push(format!("{{fd={}, events={}{happened}}}", i32::decode(&bytes), bits(4)));
    }
    let more = if count > MOST { ", ..." } else { "" };
    Some(format!("[{}{more}]", parts.join(", ")))
}

/// A socket address of `len` bytes.
pub fn sockaddr(viewer: &Viewer, addr: u64, len: u64) -> Option<String> {
    let len = usize::try_from(len).ok().filter(|len| (2..=128).contains(len))?;
    let bytes = viewer.bytes(addr, len)?;
    let family = u16::decode(&bytes);
    let port = || bytes.get(2..4).map(|p| u16::from_be_bytes([p[0], p[1]]));
    Some(match family {
        1 => {
            let path = &bytes[2..];
            let abstract_name = path.first() == Some(&0);
            let end = path.iter().position(|b| *b == 0).filter(|_| !abstract_name);
            let path = &path[..end.unwrap_or(path.len())];
            let (mark, path) = if abstract_name { ("@", &path[1..]) } else { ("", path) };
            format!("{{sa_family=AF_UNIX, sun_path={mark}{}}}", quote(path, 108))
        }
        2 => {
            let ip: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
            let ip = std::net::Ipv4Addr::from(ip);
            format!("{{sa_family=AF_INET, sin_port=htons({}), sin_addr={ip}}}", port()?)
        }
        10 => {
            let ip: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
            let ip = std::net::Ipv6Addr::from(ip);
            format!("{{sa_family=AF_INET6, sin6_port=htons({}), sin6_addr={ip}}}", port()?)
        }
        other => {
            let name = names::one_of(u64::from(other), names::FAMILY);
            let name = name.map_or_else(|| other.to_string(), str::to_owned);
            format!("{{sa_family={name}, ...}}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_short() {
        assert_eq!(sigset(SigSet::EMPTY), "[]");
        assert_eq!(sigset(SigSet::of(2).or(SigSet::of(34))), "[INT RT_2]");
        assert_eq!(sigset(SigSet(!SigSet::of(11).0)), "~[SEGV]");
    }

    #[test]
    fn addresses_are_spelled_out() {
        let inet = [2u8, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        let text = sockaddr(&Viewer, inet.as_ptr() as u64, 16);
        let expect = "{sa_family=AF_INET, sin_port=htons(80), sin_addr=127.0.0.1}";
        assert_eq!(text.as_deref(), Some(expect));
        let unix = b"\x01\0/run/x\0";
        let text = sockaddr(&Viewer, unix.as_ptr() as u64, unix.len() as u64);
        assert_eq!(text.as_deref(), Some("{sa_family=AF_UNIX, sun_path=\"/run/x\"}"));
    }
}
