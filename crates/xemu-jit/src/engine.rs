//! The translating engine: what all threads share.

use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use xemu_guest::GuestFault;
use xemu_host::{Errno, HostContext, ThreadSlot};
use xemu_ir::FpMode;
use xemu_lift::{LiftConfig, MaxInsns};
use xemu_x64::{CompileContext, CompileError, ExitSlot, HostFeatures};

use crate::cache::{Full, Generation, Writer};
use crate::fault::{self, HostFault};
use crate::guest::{BlockObserver, Guest, TranslationEvent};
use crate::seen::Seen;
use crate::stats::{Stats, add};
use crate::table::EmptyTable;
use crate::thread::{JitThread, ThreadRecord};
use crate::translate::Translator;

/// How the engine works.
pub struct JitConfig {
    /// The CPU model and what else the lifter must know.
    pub lift: LiftConfig,
    /// The host features to use.
    pub features: HostFeatures,
    /// Bytes of translated code that are kept at most.
    pub cache_size: usize,
    /// Whether exits are linked, and loops stay inside a block.
    pub link: bool,
    /// Whether a block is translated before its first run. Otherwise its first run is
    /// interpreted, and some more that follow soon: much of a program, its start above all, runs
    /// just once or a few times, and then translating costs more than it gives back.
    pub eager: bool,
    /// Whether the time that translation takes is measured.
    pub measure: bool,
    /// The most guest instructions in a block.
    pub max_insns: MaxInsns,
    /// Whether NZCV is kept at every exit, even where the code behind overwrites it unread.
    pub flags_always_live: bool,
    /// Whether the observer hears of every block that runs; needs `link` off.
    pub trace_exec: bool,
    /// Called with every block in its stages, for `-d`.
    pub observer: Option<BlockObserver>,
}

impl JitConfig {
    /// The usual configuration for a CPU model: this host's features, linked, 128 MiB.
    pub fn new(lift: LiftConfig) -> Self {
        Self {
            lift,
            features: HostFeatures::detect(),
            cache_size: 128 << 20,
            link: true,
            eager: false,
            measure: false,
            max_insns: MaxInsns::USUAL,
            flags_always_live: false,
            trace_exec: false,
            observer: None,
        }
    }
}

/// The engine could not go on.
#[derive(Debug, thiserror::Error)]
pub enum JitError {
    /// The host gave no memory for translated code.
    #[error("no memory for translated code (error {0})")]
    NoMemory(Errno),
    /// A defect of the emitter.
    #[error("block {pc:#x}: {error}")]
    Compile {
        /// The block's guest address.
        pc: u64,
        /// What was wrong.
        error: CompileError,
    },
    /// The block is larger than a whole code segment: a defect.
    #[error("block {0:#x} does not fit an empty code cache")]
    TooLarge(u64),
}

/// A block that was translated.
#[derive(Debug)]
struct BlockInfo {
    key: u64,
    pc: u64,
    end_pc: u64,
    host: u64,
    /// Slots that are linked to the block.
    incoming: Vec<u32>,
}

type Map<K, V> = HashMap<K, V, foldhash::fast::FixedState>;

/// What is shared under the engine's lock.
pub(crate) struct Inner {
    translator: Translator,
    current: Arc<Generation>,
    writer: Writer,
    map: Map<u64, u32>,
    pages: Map<u64, Vec<u32>>,
    blocks: Vec<BlockInfo>,
    /// For each slot the host address that it points to while it is not linked.
    stubs: Vec<u64>,
    /// Generations that a thread may still run in.
    retired: Vec<Arc<Generation>>,
    threads: Vec<Arc<ThreadRecord>>,
    strip_tags: bool,
    tag_traps: u32,
    /// How often floating point has trapped in the block at an address.
    fp_traps: Map<u64, u32>,
    /// How often code has run that was interpreted.
    seen: Seen,
}

/// Where a block's key has the mode of its floating point, above all addresses that can be mapped.
const MODE_SHIFT: u32 = 60;
/// So many tagged accesses that trapped, and all accesses strip tags.
const TAG_TRAPS: u32 = 64;
/// So many invalid operations that trapped in a block, and its floating point goes out of line.
const FP_TRAPS: u32 = 16;
/// So many translated blocks, and the translator runs at its full speed. At first, when all of it
/// has to come from memory, translating takes twice as long.
const WARM_BLOCKS: u64 = 128;
/// How often a block is interpreted while the translator is slow; otherwise once.
const COLD_RUNS: u64 = 8;
/// How many blocks' traps are counted at most.
const MOST_COUNTED: usize = 1 << 16;
const PAGE_BITS: u32 = 12;
/// Room that one block may need at most; checked after compiling.
const BLOCK_ROOM: usize = 64 << 10;

/// The engine.
pub struct JitEngine {
    pub(crate) guest: Arc<dyn Guest>,
    pub(crate) config: JitConfig,
    pub(crate) stats: Stats,
    inner: Mutex<Inner>,
    /// The present generation, as threads that take it over find it.
    pub(crate) current: AtomicPtr<Generation>,
    /// Counts invalidations: what was found before one may not be entered into a table after it.
    pub(crate) invalidations: AtomicU64,
    /// What takes a thread's table's place until the thread has come to its poll.
    pub(crate) empty_table: EmptyTable,
}

/// What is to be done at an address.
pub(crate) enum Place {
    /// To run this code.
    Code(Found),
    /// To interpret a block, as it has run too seldom yet.
    Cold,
}

/// Where a block's code is.
pub(crate) struct Found {
    /// The host address.
    pub host: u64,
    /// [`JitEngine::invalidations`] when it was right.
    pub invalidations: u64,
}

impl JitEngine {
    /// An engine for `guest`.
    ///
    /// # Errors
    /// When the host gives no memory.
    pub fn new(guest: Arc<dyn Guest>, config: JitConfig) -> Result<Self, JitError> {
        let (current, writer) =
            Generation::fitting(1, config.cache_size).map_err(JitError::NoMemory)?;
        let mut translator = Translator::new(config.lift.clone(), config.features);
        translator.flags_always_live = config.flags_always_live;
        let current = Arc::new(current);
        let in_use = Arc::as_ptr(&current).cast_mut();
        let inner = Inner {
            translator,
            current,
            writer,
            map: Map::default(),
            pages: Map::default(),
            blocks: Vec::new(),
            stubs: Vec::new(),
            retired: Vec::new(),
            threads: Vec::new(),
            strip_tags: false,
            tag_traps: 0,
            fp_traps: Map::default(),
            seen: Seen::new(),
        };
        Ok(Self {
            guest,
            config,
            stats: Stats::default(),
            inner: Mutex::new(inner),
            current: AtomicPtr::new(in_use),
            invalidations: AtomicU64::new(0),
            empty_table: EmptyTable::new().map_err(JitError::NoMemory)?,
        })
    }

    /// The counters.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// A new thread's part.
    ///
    /// # Errors
    /// When the host gives no memory.
    pub fn new_thread(self: &Arc<Self>) -> Result<JitThread, JitError> {
        let thread = JitThread::new(self.clone()).map_err(JitError::NoMemory)?;
        xemu_host::delegate(|| self.lock().threads.push(thread.record()));
        Ok(thread)
    }

    /// The engine's lock. To be taken inside of [`xemu_host::delegate`], so that a child that
    /// shares memory is never killed with it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn forget_thread(&self, record: &Arc<ThreadRecord>) {
        xemu_host::delegate(|| {
            let mut inner = self.lock();
            inner.threads.retain(|t| !Arc::ptr_eq(t, record));
            inner.drop_retired();
        });
    }

    /// Frees generations that nobody runs in any more.
    pub(crate) fn drop_retired(&self) {
        xemu_host::delegate(|| self.lock().drop_retired());
    }

    fn key(pc: u64, fp: FpMode) -> u64 {
        pc | (fp as u64) << MODE_SHIFT
    }

    /// The host address of the code for `pc`, translated if need be, in the generation that is
    /// current at the return.
    ///
    /// # Errors
    /// The guest's fault at fetching, or the engine's own failure.
    pub(crate) fn code_for(
        &self,
        pc: u64,
        fp: FpMode,
    ) -> Result<Result<Place, GuestFault>, JitError> {
        xemu_host::delegate(|| {
            let mut inner = self.lock();
            let found = self.block_for(&mut inner, pc, fp)?;
            let invalidations = self.invalidations.load(Ordering::Relaxed);
            Ok(found.map(|block| match block {
                Some(block) => {
                    Place::Code(Found { host: inner.blocks[block as usize].host, invalidations })
                }
                None => Place::Cold,
            }))
        })
    }

    /// The code for `target`, to which slot `slot` of generation `number` is linked; nothing if the
    /// target is to be interpreted.
    pub(crate) fn link(
        &self,
        number: u64,
        slot: u32,
        target: u64,
        fp: FpMode,
    ) -> Result<Result<Option<u64>, GuestFault>, JitError> {
        xemu_host::delegate(|| self.link_locked(number, slot, target, fp))
    }

    fn link_locked(
        &self,
        number: u64,
        slot: u32,
        target: u64,
        fp: FpMode,
    ) -> Result<Result<Option<u64>, GuestFault>, JitError> {
        let mut inner = self.lock();
        let block = match self.block_for(&mut inner, target, fp)? {
            Ok(Some(block)) => block,
            Ok(None) => return Ok(Ok(None)),
            Err(fault) => return Ok(Err(fault)),
        };
        let host = inner.blocks[block as usize].host;
        if inner.current.number == number {
            inner.current.set_slot(slot, host);
            inner.blocks[block as usize].incoming.push(slot);
            add(&self.stats.links, 1);
        }
        Ok(Ok(Some(host)))
    }

    /// The block at `pc`, translated if need be; nothing if it is to be interpreted this time.
    fn block_for(
        &self,
        inner: &mut Inner,
        pc: u64,
        fp: FpMode,
    ) -> Result<Result<Option<u32>, GuestFault>, JitError> {
        if let Some(block) = inner.map.get(&Self::key(pc, fp)) {
            return Ok(Ok(Some(*block)));
        }
        if !self.config.eager {
            let is_warm = self.stats.blocks.load(Ordering::Relaxed) >= WARM_BLOCKS;
            if inner.seen.is_cold(pc, if is_warm { 1 } else { COLD_RUNS }) {
                return Ok(Ok(None));
            }
        }
        let start = self.config.measure.then(std::time::Instant::now);
        let most = self.config.max_insns;
        let result = match self.translate(inner, pc, fp, most) {
            // Some instructions become hundreds of bytes.
            Err(JitError::TooLarge(_)) => {
                self.translate(inner, pc, fp, MaxInsns::of(most.branching))
            }
            result => result,
        };
        if let Some(start) = start {
            add(&self.stats.translation_ns, start.elapsed().as_nanos() as u64);
        }
        Ok(result?.map(Some))
    }

    fn translate(
        &self,
        inner: &mut Inner,
        pc: u64,
        fp: FpMode,
        max_insns: MaxInsns,
    ) -> Result<Result<u32, GuestFault>, JitError> {
        let observer = self.config.observer.as_ref();
        let Inner { translator, map, fp_traps, .. } = &mut *inner;
        let fp_traps = fp_traps.get(&pc).is_some_and(|n| *n >= FP_TRAPS);
        let mut known = |a| map.contains_key(&Self::key(a, fp));
        let guest = &*self.guest;
        let lifted_fp = if fp_traps && !fp.out_of_line() { FpMode::OutOfLine } else { fp };
        let lifted = translator.lift(guest, pc, lifted_fp, max_insns, &mut known, observer);
        if let Err(fault) = lifted {
            return Ok(Err(fault));
        }
        for attempt in 0..2 {
            match self.emit(inner, pc, fp)? {
                Ok(block) => return Ok(Ok(block)),
                Err(Full) if attempt == 0 => self.flush(inner)?,
                Err(Full) => break,
            }
        }
        Err(JitError::TooLarge(pc))
    }

    /// Compiles the translator's block and publishes it.
    fn emit(&self, inner: &mut Inner, pc: u64, fp: FpMode) -> Result<Result<u32, Full>, JitError> {
        let Inner { translator, current, writer, stubs, strip_tags, .. } = &mut *inner;
        let place = writer.place(current, BLOCK_ROOM);
        let code_addr = match place.map_err(JitError::NoMemory)? {
            Ok(addr) => addr,
            Err(full) => return Ok(Err(full)),
        };
        let first_slot = writer.next_slot();
        let ctx = CompileContext {
            code_addr,
            slots_addr: current.slot_addr(first_slot),
            first_slot,
            loop_inside: self.config.link,
            strip_tags: *strip_tags,
            check_tags: self.guest.checks_tags(),
            guard_stores: self.guest.has_shadow_stacks(),
        };
        let guest_insns = translator.block.guest_insns;
        let end_pc = translator.block.end_pc;
        let observed = self.config.observer.as_ref().map(|o| (o, translator.block.clone()));
        let compiled = translator.compile(&ctx).map_err(|error| match error {
            CompileError::TooManyValues => JitError::TooLarge(pc),
            error => JitError::Compile { pc, error },
        })?;
        if !writer.has_room(current, compiled.exits.len(), compiled.faults.len()) {
            return Ok(Err(Full));
        }
        if compiled.code.len() > BLOCK_ROOM {
            return Err(JitError::TooLarge(pc));
        }
        for (n, exit) in compiled.exits.iter().enumerate() {
            let ExitSlot { target, stub, .. } = *exit;
            let stub = code_addr + u64::from(stub);
            current.set_slot(first_slot + n as u32, stub);
            current.set_target(first_slot + n as u32, target);
            stubs.push(stub);
        }
        writer.take_slots(compiled.exits.len() as u32);
        let host = writer.add_block(current, compiled.code, pc, compiled.faults);
        debug_assert_eq!(host, code_addr);
        if let Some((observer, block)) = observed {
            observer(&TranslationEvent::Emitted(&block, compiled.code, host));
        }
        add(&self.stats.blocks, 1);
        add(&self.stats.guest_insns, u64::from(guest_insns));
        add(&self.stats.bytes_emitted, compiled.code.len() as u64);
        let key = Self::key(pc, fp);
        let info = BlockInfo { key, pc, end_pc, host, incoming: Vec::new() };
        Ok(Ok(inner.insert(info)))
    }

    /// Starts a new generation; threads leave the old one at their next poll.
    fn flush(&self, inner: &mut Inner) -> Result<(), JitError> {
        let number = inner.current.number + 1;
        let (next, writer) =
            Generation::fitting(number, self.config.cache_size).map_err(JitError::NoMemory)?;
        let old = core::mem::replace(&mut inner.current, Arc::new(next));
        inner.writer = writer;
        inner.retired.push(old);
        self.current.store(Arc::as_ptr(&inner.current).cast_mut(), Ordering::SeqCst);
        inner.map.clear();
        inner.pages.clear();
        inner.blocks.clear();
        inner.stubs.clear();
        inner.drop_retired();
        inner.poll_all();
        add(&self.stats.cache_flushes, 1);
        Ok(())
    }

    /// Code in the range changed: blocks made from it are dropped.
    pub fn invalidate(&self, start: u64, len: u64) {
        self.drop_blocks(start, len, true);
    }

    /// Drops the blocks made from the range; `changed`: as other code is there now, the traps
    /// that were counted for them do not count.
    fn drop_blocks(&self, start: u64, len: u64, changed: bool) {
        if len != 0 {
            let end = start.saturating_add(len);
            xemu_host::delegate(|| self.drop_locked(start, end, changed));
        }
    }

    fn drop_locked(&self, start: u64, end: u64, changed: bool) {
        let mut inner = self.lock();
        if inner.pages.is_empty() {
            return;
        }
        let (first, last) = (start >> PAGE_BITS, (end - 1) >> PAGE_BITS);
        let pages: Vec<u64> = if last - first < inner.pages.len() as u64 {
            (first..=last).filter(|p| inner.pages.contains_key(p)).collect()
        } else {
            inner.pages.keys().copied().filter(|p| (first..=last).contains(p)).collect()
        };
        let mut dropped = Vec::new();
        for page in pages {
            inner.invalidate_page(page, start, end, &mut dropped);
        }
        if !dropped.is_empty() {
            add(&self.stats.invalidated, dropped.len() as u64);
            // Counted before the tables are looked at: see `JitThread::remember`.
            self.invalidations.fetch_add(1, Ordering::SeqCst);
            for thread in &inner.threads {
                dropped.iter().for_each(|pc| thread.table().forget(*pc));
            }
            if changed {
                for pc in &dropped {
                    inner.fp_traps.remove(pc);
                }
            }
            inner.poll_all();
        }
    }

    /// Counts a trap for a tagged address; after some, all code is made anew with tags stripped.
    ///
    /// # Errors
    /// When the host gives no memory.
    pub(crate) fn tag_trapped(&self) -> Result<(), JitError> {
        xemu_host::delegate(|| {
            let mut inner = self.lock();
            inner.tag_traps += 1;
            if inner.tag_traps == TAG_TRAPS {
                inner.strip_tags = true;
                self.flush(&mut inner)?;
            }
            Ok(())
        })
    }

    /// Counts a trap for an invalid operation in the block at `block`; after some the block is made
    /// anew with floating point out of line, where nothing traps.
    pub(crate) fn fp_trapped(&self, block: u64) {
        xemu_host::delegate(|| self.count_fp_trap(block));
    }

    fn count_fp_trap(&self, block: u64) {
        let mut inner = self.lock();
        if inner.fp_traps.len() >= MOST_COUNTED {
            inner.fp_traps.clear();
        }
        let count = inner.fp_traps.entry(block).or_default();
        *count += 1;
        if *count == FP_TRAPS {
            drop(inner);
            self.drop_blocks(block, 4, false);
        }
    }

    /// Before a fork: takes the engine's lock. Give the result to one of the functions below.
    pub fn prepare_fork(&self) -> ForkGuard<'_> {
        ForkGuard { inner: self.lock() }
    }

    /// In a signal handler that has set the poll flag: makes the calling thread come to it soon,
    /// from loops without a direct branch too. Async-signal-safe.
    pub fn interrupt_thread(&self) {
        xemu_host::with(ThreadSlot::Engine, ThreadRecord::request_poll);
    }

    /// In a signal handler: whether the fault came from generated code; `ctx` then leads out of it.
    pub fn handle_host_fault(&self, fault: &HostFault, ctx: &mut HostContext) -> bool {
        let handled = xemu_host::with(ThreadSlot::Engine, |record: &ThreadRecord| {
            fault::handle(record, fault, ctx)
        });
        handled == Some(true)
    }
}

/// The engine at rest around a fork.
pub struct ForkGuard<'e> {
    inner: MutexGuard<'e, Inner>,
}

impl ForkGuard<'_> {
    /// In the child: code segments are shared with the parent, so new code goes to fresh ones; the
    /// other threads are gone.
    pub fn after_fork_child(mut self) {
        self.inner.writer.after_fork_child();
        let here = xemu_host::with(ThreadSlot::Engine, |r: &ThreadRecord| core::ptr::from_ref(r));
        self.inner.threads.retain(|t| Some(Arc::as_ptr(t)) == here || t.is_this_thread());
        self.inner.drop_retired();
    }
}

impl Inner {
    fn insert(&mut self, info: BlockInfo) -> u32 {
        let number = self.blocks.len() as u32;
        for page in info.pc >> PAGE_BITS..=(info.end_pc - 1) >> PAGE_BITS {
            self.pages.entry(page).or_default().push(number);
        }
        self.map.insert(info.key, number);
        self.blocks.push(info);
        number
    }

    /// Drops the blocks of `page` that overlap the range; adds their addresses to `dropped`.
    fn invalidate_page(&mut self, page: u64, start: u64, end: u64, dropped: &mut Vec<u64>) {
        let Some(list) = self.pages.get_mut(&page) else { return };
        let blocks = &self.blocks;
        let overlaps = |b: &u32| {
            let block = &blocks[*b as usize];
            block.pc < end && start < block.end_pc
        };
        let hit: Vec<u32> = list.iter().copied().filter(overlaps).collect();
        list.retain(|b| !overlaps(b));
        if list.is_empty() {
            self.pages.remove(&page);
        }
        for number in hit {
            let block = &mut self.blocks[number as usize];
            if self.map.get(&block.key) == Some(&number) {
                self.map.remove(&block.key);
                dropped.push(block.pc);
            }
            for slot in core::mem::take(&mut block.incoming) {
                self.current.set_slot(slot, self.stubs[slot as usize]);
            }
        }
    }

    /// Asks every thread to leave generated code at its next poll.
    fn poll_all(&self) {
        for thread in &self.threads {
            thread.request_poll();
        }
    }

    /// Frees retired generations that no thread runs in.
    fn drop_retired(&mut self) {
        let threads = &self.threads;
        self.retired.retain(|g| {
            let at = Arc::as_ptr(g).cast_mut();
            threads.iter().any(|t| t.generation.load(Ordering::SeqCst) == at)
        });
    }
}

/// An empty place for a generation.
pub(crate) fn no_generation() -> AtomicPtr<Generation> {
    AtomicPtr::new(core::ptr::null_mut())
}
