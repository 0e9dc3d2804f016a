//! Code that another process changes.
//!
//! Instruction caches of all processors hear of IC IVAU, so code in a page that several processes
//! share may be written by any of them. Each has translations of its own: the one that writes
//! leaves a note in words that it shares with those it forked or was forked from, and the others
//! read it at their next system call, which is an event that the architecture wants between the two
//! (B2.4.4, concurrent modification and execution of instructions). An ISB alone, with no system
//! call since the change, would be enough for the architecture and is not enough here.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use xemu_host::SharedWords;

use crate::list::FileId;

/// How many notes there are; who is further behind than that drops all of its translations.
const NOTES: usize = 64;
/// Words of a note: its number plus one, the writer, and where the change is.
const NOTE: usize = 6;
/// The first words: how many notes were written, how many processes were forked.
const HEAD: usize = 2;

/// A range of an object whose content changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub file: FileId,
    pub offset: u64,
    pub len: u64,
}

/// This process's part of the words.
#[derive(Debug, Default)]
pub(crate) struct Family {
    shared: OnceLock<Option<SharedWords>>,
    /// How many notes this process has read.
    read: AtomicU64,
}

impl Family {
    fn words(&self) -> Option<&'static [AtomicU64]> {
        self.shared.get()?.as_ref().map(SharedWords::words)
    }

    /// Makes the words, when memory becomes executable that other processes may share.
    pub fn open(&self) {
        // Without memory for it, only this process hears of its changes.
        self.shared.get_or_init(|| SharedWords::new(HEAD + NOTES * NOTE).ok());
    }

    /// In a new process: there is somebody to tell.
    pub fn forked(&self) {
        if let Some(words) = self.words() {
            words[1].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether anybody shares this process's pages.
    pub fn has_others(&self) -> bool {
        self.words().is_some_and(|words| words[1].load(Ordering::Relaxed) != 0)
    }

    /// Tells the others.
    pub fn write(&self, note: Note) {
        let Some(words) = self.words() else { return };
        let number = words[0].fetch_add(1, Ordering::AcqRel);
        let place = &words[HEAD + number as usize % NOTES * NOTE..][..NOTE];
        let Note { file, offset, len } = note;
        place[0].store(0, Ordering::Release);
        let content = [xemu_host::getpid() as u64, file.dev, file.ino, offset, len];
        for (word, value) in place[1..].iter().zip(content) {
            word.store(value, Ordering::Relaxed);
        }
        place[0].store(number + 1, Ordering::Release);
    }

    /// Whether there is something to read.
    #[inline]
    pub fn has_news(&self) -> bool {
        self.words()
            .is_some_and(|w| w[0].load(Ordering::Acquire) != self.read.load(Ordering::Relaxed))
    }

    /// What others wrote since the last time, and what to give to [`Family::mark_read`];
    /// `None` in place of notes that are lost.
    pub fn read(&self) -> (u64, Option<Vec<Note>>) {
        let Some(words) = self.words() else { return (0, None) };
        let (from, to) = (self.read.load(Ordering::Acquire), words[0].load(Ordering::Acquire));
        let own = xemu_host::getpid() as u64;
        let mut notes = Vec::new();
        for number in from..to {
            let place = &words[HEAD + number as usize % NOTES * NOTE..][..NOTE];
            let seen = place[0].load(Ordering::Acquire);
            let [pid, dev, ino, offset, len] =
                [1, 2, 3, 4, 5].map(|i| place[i].load(Ordering::Acquire));
            if seen != number + 1 || place[0].load(Ordering::Acquire) != seen {
                return (to, None);
            }
            if pid != own {
                notes.push(Note { file: FileId { dev, ino }, offset, len });
            }
        }
        (to, Some(notes))
    }

    /// After the translations are gone.
    pub fn mark_read(&self, to: u64) {
        self.read.fetch_max(to, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_notes_are_passed_over_and_lost_ones_are_noticed() {
        let family = Family::default();
        assert!(!family.has_others() && !family.has_news());
        family.open();
        family.forked();
        assert!(family.has_others() && !family.has_news());
        let note = Note { file: FileId { dev: 1, ino: 2 }, offset: 0x40, len: 64 };
        family.write(note);
        assert!(family.has_news());
        assert_eq!(family.read(), (1, Some(Vec::new())));
        family.mark_read(1);
        assert!(!family.has_news());
        (0..=NOTES).for_each(|_| family.write(note));
        assert_eq!(family.read(), (2 + NOTES as u64, None));
    }
}
