//! The process: what all its threads share, and the calls about processes.

use std::ffi::CString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use xemu_abi::hwcap::{
    HWCAP_DIT, HWCAP_FPHP, HWCAP_SSBS, HWCAP2_AFP, HWCAP2_BTI, HWCAP2_EBF16, HWCAP2_MTE,
};
use xemu_abi::mman::{PROT_BTI, PROT_MTE};
use xemu_abi::process::{self as abi, PrctlClass};
use xemu_abi::signal::SigInfo;
use xemu_abi::{Errno, Wire};
use xemu_guest::{CpuState, Fpcr, pstate};
use xemu_mem::AddressSpace;

use crate::args::*;
use crate::engine::Engine;
use crate::host::{self, nr};
use crate::strace::shown::Rlimit;
use crate::table::SysResult;
use crate::thread::Thread;
use crate::{coredump, gcs, mem, mte, pauth, table};

/// Called once when a guest's fault is about to end the process.
pub type CrashReporter = fn(&Crash<'_>);

/// What a crash report can show.
pub struct Crash<'a> {
    /// The signal that ends the process.
    pub info: &'a SigInfo,
    /// The registers, at the instruction that faulted.
    pub cpu: &'a CpuState,
    /// The guest's memory.
    pub space: &'a AddressSpace,
    /// The thread.
    pub tid: i32,
}

/// Where a line of trace goes.
pub type TraceSink = fn(&str);

/// How the command wants the process to be run.
#[derive(Default)]
pub struct Config {
    /// `-strace`: gets each line, without a newline.
    pub strace: Option<TraceSink>,
    /// `-d int`: gets a line for each handler that is run.
    pub signal_log: Option<TraceSink>,
    /// `-L`: absolute paths are looked up below it first.
    pub prefix: Option<PathBuf>,
    /// `-r`: what uname says.
    pub release: Option<String>,
    /// Whether addresses of memory that is not in the guest's list are refused. Not where a test's
    /// own memory stands for the guest's.
    pub hides_own_memory: bool,
    /// Options that an emulator started by execve is to get.
    pub exec_options: Vec<CString>,
    /// Gets crashes.
    pub crash_reporter: Option<CrashReporter>,
    /// The `Features` line's bits: AT_HWCAP, AT_HWCAP2, AT_HWCAP3.
    pub hwcap: [u64; 3],
    /// MIDR_EL1, for /proc/cpuinfo.
    pub midr: u32,
    /// argv[0] of an emulator started by execve.
    pub emulator_name: CString,
    /// The emulator's own file, for the case that /proc is not there; see [`crate::fd::reserve`].
    pub emulator_fd: Option<i32>,
}

impl Config {
    /// The bits of PSTATE, besides NZCV and BTYPE, that programs of this processor may set.
    pub fn pstate_bits(&self) -> u32 {
        let bit = |word: usize, hwcap, bit| if self.hwcap[word] & hwcap != 0 { bit } else { 0 };
        bit(0, HWCAP_SSBS, pstate::SSBS)
            | bit(0, HWCAP_DIT, pstate::DIT)
            | bit(1, HWCAP2_MTE, pstate::TCO)
    }

    /// The bits of FPCR that the processor does not have, which stay zero.
    pub fn absent_fpcr_bits(&self) -> u32 {
        let bits = |word: usize, hwcap, bits| if self.hwcap[word] & hwcap == 0 { bits } else { 0 };
        bits(0, HWCAP_FPHP, Fpcr::FZ16)
            | bits(1, HWCAP2_AFP, Fpcr::FIZ | Fpcr::AH | Fpcr::NEP)
            | bits(1, HWCAP2_EBF16, Fpcr::EBF)
    }

    /// The protections of memory, besides the ordinary ones, that the processor has.
    pub fn extra_protections(&self) -> u32 {
        let bit = |hwcap, bit| if self.hwcap[1] & hwcap != 0 { bit } else { 0 };
        bit(HWCAP2_BTI, PROT_BTI) | bit(HWCAP2_MTE, PROT_MTE)
    }
}

/// What the loader knows of the program.
#[derive(Default)]
pub struct ProgramInfo {
    /// Absolute path of the program's file.
    pub exe_path: Vec<u8>,
    /// The program file's last component, as it was named: what /proc/self/comm shows.
    pub name: Vec<u8>,
    /// The arguments as /proc/self/cmdline shows them, each ended by a zero.
    pub cmdline: Vec<u8>,
    /// The auxiliary vector's bytes.
    pub auxv: Vec<u8>,
    /// The initial stack pointer.
    pub stack_start: u64,
    /// Where things are in memory, for the kernel to show.
    pub image: xemu_host::ShownImage,
    /// Address of the code that calls rt_sigreturn, in the vdso.
    pub sigreturn: u64,
}

/// What all threads share. One per host process; it lives until the process ends.
pub struct Process {
    /// The command's wishes.
    pub config: Config,
    /// Runs guest code.
    pub engine: Arc<dyn Engine>,
    /// Guest memory.
    pub space: &'static AddressSpace,
    /// Absolute path of the program's file.
    pub exe_path: Vec<u8>,
    /// The rest of what the loader knows.
    pub program: ProgramInfo,
    /// RLIMIT_DATA and RLIMIT_AS as the guest set them.
    memory_limits: Mutex<[Option<Rlimit>; 2]>,
    /// The rings of io_uring.
    pub(crate) rings: crate::uring::Rings,
    /// What PR_SET_MDWE set.
    pub(crate) mdwe: AtomicU64,
    /// How often each number was refused or unknown; the last entry is for numbers out of range.
    unsupported: Vec<AtomicU64>,
}

static PROCESS: OnceLock<Process> = OnceLock::new();

impl Process {
    /// Makes the process; there is one.
    pub fn init(
        config: Config,
        engine: Arc<dyn Engine>,
        space: &'static AddressSpace,
        program: ProgramInfo,
    ) -> &'static Process {
        PROCESS.get_or_init(|| Process {
            config,
            engine,
            space,
            exe_path: program.exe_path.clone(),
            program,
            memory_limits: Mutex::new([None; 2]),
            rings: Default::default(),
            mdwe: AtomicU64::new(0),
            unsupported: (0..=table::MAX_NR).map(|_| AtomicU64::new(0)).collect(),
        })
    }

    /// The process, once it was made.
    pub fn get() -> Option<&'static Process> {
        PROCESS.get()
    }

    /// Counts a call that this emulator does not carry out; true the first time.
    pub fn count_unsupported(&self, nr: u64) -> bool {
        let index = usize::try_from(nr).map_or(table::MAX_NR, |nr| nr.min(table::MAX_NR));
        self.unsupported[index].fetch_add(1, Ordering::Relaxed) == 0
    }

    /// Which calls were refused or unknown, and how often.
    pub fn unsupported_calls(&self) -> Vec<(u64, u64)> {
        let counts = self.unsupported.iter().enumerate();
        counts
            .map(|(nr, count)| (nr as u64, count.load(Ordering::Relaxed)))
            .filter(|(_, count)| *count != 0)
            .collect()
    }

    /// Held across a fork.
    pub(crate) fn lock_limits(&self) -> MutexGuard<'_, [Option<Rlimit>; 2]> {
        self.memory_limits.lock().expect("invariant: no holder panics")
    }

    /// Prints a line of trace.
    pub fn trace(&self, tid: i32, line: &str) {
        if let Some(sink) = self.config.strace {
            sink(&format!("{tid} {line}"));
        }
    }
}

/// Lets the kernel show the guest's name and arguments in place of the emulator's.
pub(crate) fn show_identity(program: &ProgramInfo) {
    const PR_SET_NAME: u64 = 15;
    // The kernel takes as much as fits.
    let name: Vec<u8> = program.name.iter().copied().take(15).chain([0]).collect();
    let _ = host::syscall(nr::PRCTL, [PR_SET_NAME, name.as_ptr() as u64, 0, 0, 0, 0]);
    if xemu_host::show_image(&program.image) {
        KERNEL_SHOWS_IMAGE.store(true, Ordering::Relaxed);
    } else {
        xemu_host::show_arguments(&program.cmdline);
    }
}

static KERNEL_SHOWS_IMAGE: AtomicBool = AtomicBool::new(false);

/// Whether the kernel itself shows the guest's arguments and auxiliary vector in /proc.
pub(crate) fn kernel_shows_image() -> bool {
    KERNEL_SHOWS_IMAGE.load(Ordering::Relaxed)
}

/// exit_group: ends the process with all threads.
pub fn exit_group(t: &mut Thread, status: Int) -> SysResult {
    if !t.is_vfork_child {
        t.process.engine.at_exit();
    }
    t.process.trace(t.tid, &format!("+++ exited with {} +++", status.0 & 0xff));
    xemu_host::leaves(true);
    host::exit_group(status.0)
}

/// Index into the kept limits; those of memory would also count what the emulator maps.
fn memory_limit(resource: u32) -> Option<usize> {
    match resource {
        2 => Some(0),
        9 => Some(1),
        _ => None,
    }
}

/// getrlimit: limits of memory as they were set.
pub fn getrlimit(t: &mut Thread, resource: Resource, rlim: Out<Rlimit>) -> SysResult {
    match memory_limit(resource.0) {
        Some(_) => limits(t, Pid(0), resource, 0, rlim.0),
        None => t.blocking(nr::GETRLIMIT, [u64::from(resource.0), rlim.0, 0, 0, 0, 0]),
    }
}

/// setrlimit: limits of memory are kept and reported, but not given to the host.
pub fn setrlimit(t: &mut Thread, resource: Resource, rlim: In<Rlimit>) -> SysResult {
    match memory_limit(resource.0) {
        Some(_) => limits(t, Pid(0), resource, rlim.0, 0),
        None => {
            let result = t.blocking(nr::SETRLIMIT, [u64::from(resource.0), rlim.0, 0, 0, 0, 0]);
            core_limit_set(t, resource);
            result
        }
    }
}

/// prlimit64: limits of memory are kept and reported, but not given to the host.
pub fn prlimit64(
    t: &mut Thread,
    pid: Pid,
    resource: Resource,
    new: In<Rlimit>,
    old: Out<Rlimit>,
) -> SysResult {
    limits(t, pid, resource, new.0, old.0)
}

fn limits(t: &mut Thread, pid: Pid, resource: Resource, new: u64, old: u64) -> SysResult {
    let own = pid.0 == 0 || pid.0 == host::getpid();
    let Some(index) = memory_limit(resource.0).filter(|_| own) else {
        let pid = i64::from(pid.0).cast_unsigned();
        let result = t.blocking(nr::PRLIMIT64, [pid, u64::from(resource.0), new, old, 0, 0]);
        core_limit_set(t, resource);
        return result;
    };
    let wanted = if new == 0 { None } else { Some(mem::read_wire::<Rlimit>(new)?) };
    let mut host = [0u8; 16];
    host::syscall(nr::PRLIMIT64, [0, u64::from(resource.0), 0, host.as_mut_ptr() as u64, 0, 0])?;
    let of_host = Rlimit::decode(&host);
    let current = xemu_host::delegate(|| exchange_limit(t.process, index, of_host, wanted))?;
    if wanted.is_some_and(|wanted| wanted.cur > of_host.cur) {
        // The host's would stand in the way; the guest's is kept here.
        let all = Rlimit { cur: of_host.max, max: of_host.max }.to_vec();
        let args = [0, u64::from(resource.0), all.as_ptr() as u64, 0, 0, 0];
        host::syscall(nr::PRLIMIT64, args)?;
    }
    if old != 0 {
        mem::write_wire(old, &current)?;
    }
    Ok(0)
}

/// Behind a call that may have changed RLIMIT_CORE. A child that shares memory dumps no core.
fn core_limit_set(t: &Thread, resource: Resource) {
    if resource.0 == coredump::RLIMIT_CORE && !t.is_vfork_child {
        coredump::limit_changed(&t.actions);
    }
}

/// Gives the kept limit, which is at first the host's, and sets another.
fn exchange_limit(
    process: &Process,
    index: usize,
    of_host: Rlimit,
    wanted: Option<Rlimit>,
) -> Result<Rlimit, Errno> {
    let mut kept = process.lock_limits();
    let current = kept[index].unwrap_or(of_host);
    if let Some(wanted) = wanted {
        if wanted.cur > wanted.max {
            return Err(Errno::EINVAL);
        }
        if wanted.max > current.max {
            return Err(Errno::EPERM);
        }
        kept[index] = Some(wanted);
        let [data, total] = kept.map(|limit| limit.map_or(u64::MAX, |limit| limit.cur));
        process.space.set_limits(data, total);
    }
    Ok(current)
}

/// What the guest has set that outlives an execve, as the text of an option for the next emulator:
/// PR_SET_MDWE and limits of memory. `None` when all is as it was.
pub(crate) fn kept_text(process: &Process) -> Option<String> {
    let mdwe = process.mdwe.load(Ordering::Relaxed);
    let limits = *process.lock_limits();
    if mdwe == 0 && limits == [None; 2] {
        return None;
    }
    let limits = limits.map(|l| l.map_or("-".to_owned(), |l| format!("{:x}:{:x}", l.cur, l.max)));
    Some(format!("{mdwe:x},{},{}", limits[0], limits[1]))
}

/// Takes over what the process had set before an execve; what cannot be read is left out.
pub fn take_kept(process: &Process, text: &str) {
    let number = |text: &str| u64::from_str_radix(text, 16).ok();
    let mut parts = text.split(',');
    let mdwe = parts.next().and_then(number).unwrap_or(0);
    process.mdwe.store(mdwe, Ordering::Relaxed);
    process.space.set_refuse_exec_gain(mdwe != 0);
    for index in 0..2 {
        let pair = parts.next().and_then(|part| part.split_once(':'));
        let limit = pair.and_then(|(cur, max)| Some((number(cur)?, number(max)?)));
        if let Some((cur, max)) = limit {
            let limit = Rlimit { cur, max };
            // The host's is not lower than what was allowed before.
            let _ = exchange_limit(process, index, limit, Some(limit));
        }
    }
}

/// personality: without AArch32 there is no PER_LINUX32. (arch/arm64/kernel/sys.c)
pub fn personality(t: &mut Thread, persona: Hex) -> SysResult {
    const PER_MASK: u32 = 0xff;
    const PER_LINUX32: u32 = 8;
    const ASK: u32 = u32::MAX;
    if persona.0 != ASK && persona.0 & PER_MASK == PER_LINUX32 {
        return Err(Errno::EINVAL);
    }
    t.blocking(nr::PERSONALITY, [u64::from(persona.0), 0, 0, 0, 0, 0])
}

/// prctl: options that mean the same to the host pass.
pub fn prctl(
    t: &mut Thread,
    option: PrctlOption,
    arg2: Word,
    arg3: Word,
    arg4: Word,
    arg5: Word,
) -> SysResult {
    match abi::prctl_class(option.0) {
        Some((_, PrctlClass::Pass)) => {
            let args = [u64::from(option.0), arg2.0, arg3.0, arg4.0, arg5.0, 0];
            t.blocking(nr::PRCTL, args)
        }
        Some((_, PrctlClass::Custom)) => prctl_custom(t, option.0, arg2.0, [arg3, arg4, arg5]),
        Some((_, PrctlClass::Refused)) | None => Err(Errno::EINVAL),
    }
}

/// PR_SET_MDWE. (prctl_set_mdwe in kernel/sys.c)
fn set_mdwe(process: &Process, bits: u64) -> SysResult {
    let no_inherit_alone = bits == abi::PR_MDWE_NO_INHERIT;
    if bits & !(abi::PR_MDWE_REFUSE_EXEC_GAIN | abi::PR_MDWE_NO_INHERIT) != 0 || no_inherit_alone {
        return Err(Errno::EINVAL);
    }
    let current = process.mdwe.load(Ordering::Relaxed);
    if current != 0 && current != bits {
        return Err(Errno::EPERM);
    }
    process.mdwe.store(bits, Ordering::Relaxed);
    process.space.set_refuse_exec_gain(bits != 0);
    Ok(0)
}

/// PR_SET_MM: what /proc shows of the program. The heap's place stays the emulator's, which uses
/// it; the guest's is not the kernel's to know. (prctl_set_mm in kernel/sys.c)
fn set_mm(t: &mut Thread, option: u64, [arg3, arg4, arg5]: [u64; 3]) -> SysResult {
    const PR_SET_MM_START_BRK: u64 = 6;
    const PR_SET_MM_BRK: u64 = 7;
    const PR_SET_MM_MAP: u64 = 14;
    /// struct prctl_mm_map, and where its start_brk and brk are.
    const MAP_SIZE: usize = 104;
    const HEAP: usize = 32;
    let option_nr = u64::from(abi::PR_SET_MM);
    let mut pass = |arg3| t.blocking(nr::PRCTL, [option_nr, option, arg3, arg4, arg5, 0]);
    match option {
        PR_SET_MM_START_BRK | PR_SET_MM_BRK => Err(Errno::EPERM),
        PR_SET_MM_MAP if arg4 == MAP_SIZE as u64 => {
            let mut map = [0; MAP_SIZE];
            mem::read(arg3, &mut map)?;
            let (start, end) = xemu_host::own_heap().ok_or(Errno::EINVAL)?;
            start.encode(&mut map[HEAP..]);
            end.encode(&mut map[HEAP + 8..]);
            pass(map.as_ptr() as u64)
        }
        _ => pass(arg3),
    }
}

fn prctl_custom(t: &mut Thread, option: u32, arg2: u64, rest: [Word; 3]) -> SysResult {
    let rest_is_zero = rest.iter().all(|word| word.0 == 0);
    match option {
        abi::PR_GET_TID_ADDRESS => {
            mem::write_wire(arg2, &t.clear_child_tid)?;
            Ok(0)
        }
        abi::PR_GET_TAGGED_ADDR_CTRL if arg2 == 0 && rest_is_zero => mte::control(t),
        abi::PR_SET_TAGGED_ADDR_CTRL if rest_is_zero => mte::set_control(t, arg2),
        abi::PR_SET_MDWE if rest_is_zero => set_mdwe(t.process, arg2),
        abi::PR_GET_MDWE if arg2 == 0 && rest_is_zero => Ok(t.process.mdwe.load(Ordering::Relaxed)),
        abi::PR_GET_SHADOW_STACK_STATUS if rest_is_zero => gcs::status(t, arg2),
        abi::PR_SET_SHADOW_STACK_STATUS if rest_is_zero => gcs::set_status(t, arg2),
        abi::PR_LOCK_SHADOW_STACK_STATUS if rest_is_zero => gcs::lock_status(t, arg2),
        abi::PR_SET_MM => set_mm(t, arg2, rest.map(|word| word.0)),
        abi::PR_PAC_RESET_KEYS if rest_is_zero => pauth::reset_keys(t, arg2),
        abi::PR_PAC_SET_ENABLED_KEYS if rest[1].0 == 0 && rest[2].0 == 0 => {
            pauth::set_enabled_keys(t, arg2, rest[0].0)
        }
        abi::PR_PAC_GET_ENABLED_KEYS if arg2 == 0 && rest_is_zero => pauth::enabled_keys(t),
        _ => Err(Errno::EINVAL),
    }
}
