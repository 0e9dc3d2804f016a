use super::*;

fn anon(end: u64, prot: u32) -> Region {
    Region { end, prot, flags: 2, file: None, name: RegionName::None }
}

fn file(end: u64, ino: u64, offset: u64) -> Region {
    Region { file: Some((FileId { dev: 1, ino }, offset)), ..anon(end, 1) }
}

fn shape(list: &MapList) -> Vec<(u64, u64, u32)> {
    list.infos().iter().map(|m| (m.start, m.end, m.prot)).collect()
}

#[test]
fn equal_neighbours_become_one() {
    let mut list = MapList::default();
    list.insert(0x1000, anon(0x2000, 3));
    list.insert(0x3000, anon(0x4000, 3));
    list.insert(0x2000, anon(0x3000, 3));
    assert_eq!(shape(&list), [(0x1000, 0x4000, 3)]);
}

#[test]
fn file_neighbours_need_adjoining_offsets() {
    let mut list = MapList::default();
    list.insert(0x1000, file(0x2000, 7, 0));
    list.insert(0x2000, file(0x3000, 7, 0x1000));
    list.insert(0x3000, file(0x4000, 7, 0));
    list.insert(0x4000, file(0x5000, 8, 0x1000));
    assert_eq!(shape(&list), [(0x1000, 0x3000, 1), (0x3000, 0x4000, 1), (0x4000, 0x5000, 1)]);
    assert_eq!(list.info(0x2800).unwrap().file.unwrap().1, 0);
    list.remove(&(0x1000..0x2000));
    assert_eq!(list.info(0x2800).unwrap().file.unwrap().1, 0x1000);
}

#[test]
fn a_hole_splits_and_an_update_changes_a_part() {
    let mut list = MapList::default();
    list.insert(0x1000, anon(0x9000, 3));
    let gone = list.remove(&(0x3000..0x4000));
    assert_eq!(gone.len(), 1);
    let old = list.update(&(0x4000..0x6000), |r| r.prot = 5);
    assert_eq!(old[0].1.prot, 3);
    assert_eq!(shape(&list), [(0x1000, 0x3000, 3), (0x4000, 0x6000, 5), (0x6000, 0x9000, 3)]);
    assert_eq!(list.gaps(&(0..0x5000)), [0..0x1000, 0x3000..0x4000]);
    assert!(list.is_covered(&(0x4000..0x9000)) && !list.is_covered(&(0x2000..0x5000)));
    assert!(list.is_free(&(0x3000..0x4000)) && !list.is_free(&(0x3000..0x4001)));
    list.update(&(0x4000..0x6000), |r| r.prot = 3);
    assert_eq!(shape(&list), [(0x1000, 0x3000, 3), (0x4000, 0x9000, 3)]);
}

#[test]
fn gaps_are_taken_from_the_top_and_found_again_when_freed() {
    let mut list = MapList::default();
    let window = 0x10_000..0x100_000;
    let place = |list: &mut MapList, len: u64| {
        let at = list.find_gap(&window, &(0..0), len, 0x1000).unwrap();
        let prot = (at >> 12) as u32 % 2; // neighbours differ
        list.insert(at, anon(at + len, prot));
        at
    };
    let a = place(&mut list, 0x1000);
    let b = place(&mut list, 0x1000);
    let c = place(&mut list, 0x1000);
    assert_eq!([a, b, c], [0xff_000, 0xfe_000, 0xfd_000]);
    list.remove(&(b..b + 0x1000));
    assert_eq!(place(&mut list, 0x3000), 0xfa_000);
    assert_eq!(place(&mut list, 0x1000), b);
    assert_eq!(place(&mut list, 0x1000), 0xf9_000);
    list.remove(&(a..a + 0x1000));
    assert_eq!(place(&mut list, 0x1000), a);
}

#[test]
fn gaps_respect_alignment_window_and_the_range_to_avoid() {
    let mut list = MapList::default();
    let window = 0x10_000..0x80_000;
    list.insert(0x70_000, anon(0x78_000, 3));
    let avoid = 0x30_000..0x60_000;
    assert_eq!(list.find_gap(&window, &avoid, 0x8000, 0x4000), Some(0x78_000));
    assert_eq!(list.find_gap(&window, &avoid, 0x10_000, 0x10_000), Some(0x60_000));
    assert_eq!(list.find_gap(&window, &avoid, 0x11_000, 0x1000), Some(0x1f_000));
    assert_eq!(list.find_gap(&window, &avoid, 0x21_000, 0x1000), None);
    assert_eq!(list.find_gap(&window, &avoid, u64::MAX, 0x1000), None);
}

/// The list against a page-by-page model, through a fixed sequence of operations.
#[test]
fn the_list_agrees_with_a_model() {
    const PAGES: usize = 64;
    let mut list = MapList::default();
    let mut model = [None::<u32>; PAGES];
    let mut seed = 0x2545_f491_4f6c_dd1du64;
    let mut random = |n: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % n
    };
    for _ in 0..if cfg!(miri) { 200 } else { 20_000 } {
        let from = random(PAGES as u64);
        let to = (from + 1 + random(8)).min(PAGES as u64);
        let range = from << 12..to << 12;
        let prot = random(4) as u32;
        let pages = &mut model[from as usize..to as usize];
        match random(3) {
            0 => {
                list.insert(range.start, anon(range.end, prot));
                pages.fill(Some(prot));
            }
            1 => {
                list.remove(&range);
                pages.fill(None);
            }
            _ => {
                list.update(&range, |r| r.prot = prot);
                pages.iter_mut().flatten().for_each(|page| *page = prot);
            }
        }
        let mut runs = 0;
        for (i, page) in model.iter().enumerate() {
            assert_eq!(list.info((i as u64) << 12).map(|m| m.prot), *page);
            runs += usize::from(page.is_some() && (i == 0 || model[i - 1] != *page));
        }
        assert_eq!(list.len(), runs, "regions that could be one are one");
    }
}

#[test]
fn the_range_to_avoid_hides_only_itself() {
    let mut list = MapList::default();
    let window = 0x10_000..0x90_000;
    list.insert(0x20_000, anon(0x21_000, 3));
    list.insert(0x90_000, anon(0x91_000, 3));
    let avoid = 0x21_000..0x31_000;
    let first = list.find_gap(&window, &avoid, 0x2000, 0x1000).unwrap();
    assert_eq!(first, 0x8e_000);
    list.insert(first, anon(first + 0x2000, 0));
    list.remove(&(first..first + 0x2000));
    assert_eq!(list.find_gap(&window, &avoid, 0x3000, 0x1000), Some(0x8d_000));
}

#[test]
fn a_hole_made_before_the_first_search_does_not_hide_what_is_above() {
    let mut list = MapList::default();
    list.insert(0x20_000, anon(0x28_000, 3));
    list.remove(&(0x22_000..0x24_000));
    assert_eq!(list.find_gap(&(0x10_000..0x90_000), &(0..0), 0x1000, 0x1000), Some(0x8f_000));
}
