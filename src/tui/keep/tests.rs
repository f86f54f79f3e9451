use super::*;
use crate::tui::model::marks::Mark;

fn keep(directory: &Path, store: &str) -> Keep {
    Keep { directory: directory.join("made/here"), store: store.into(), fresh: false }
}

fn marked(versions: &[u64]) -> Had {
    let mut had = Had::default();
    for version in versions {
        had.marks.put(Mark {
            category: "Order".to_owned(),
            aggregate: "order-1".to_owned(),
            version: *version,
            name: format!("mark {version}"),
            note: String::new(),
        });
    }
    had
}

fn names(keep: &Keep) -> Vec<String> {
    let entries = fs::read_dir(&keep.directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn path(keep: &Keep) -> PathBuf {
    keep.file(&keep.place())
}

#[test]
fn what_is_kept_is_read_again_by_whatever_name_the_store_goes() {
    let home = tempfile::tempdir().unwrap();
    let (store, link) = (home.path().join("shop.db"), home.path().join("link.db"));
    fs::write(&store, "").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&store, &link).unwrap();
    let first = keep(home.path(), store.to_str().unwrap());
    assert_eq!(first.read(), Ok(None));
    let had = Had { filter: "type:A".to_owned(), ..marked(&[3, 5]) };
    let kept = Keeper(Some(first.clone())).write(&Had::default(), had.clone());
    assert_eq!(kept.as_ref(), Ok(&had));
    assert_eq!(first.read(), Ok(Some(had.clone())));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(keep(home.path(), link.to_str().unwrap()).read(), Ok(Some(had)));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&first.directory), mode(&path(&first))), (0o700, 0o600));
    }
    // Another store has another file, and the file says which is which.
    assert_eq!(keep(home.path(), "demo:shop").read(), Ok(None));
    assert!(fs::read_to_string(path(&first)).unwrap().contains("shop.db"));
    assert_eq!(names(&first).len(), 2, "the file and its lock: {:?}", names(&first));
}

#[test]
fn two_at_once_lose_no_mark() {
    let home = tempfile::tempdir().unwrap();
    let keep = keep(home.path(), "demo:shop");
    let writers: Vec<_> = (1..=8)
        .map(|version| {
            let keeper = Keeper(Some(keep.clone()));
            std::thread::spawn(move || {
                let (mut known, mut had) = (Had::default(), Had::default());
                for step in 0..5 {
                    // As a screen does: what is there is taken in, and one more put.
                    let one = marked(&[100 * version + step]);
                    had = one.merged(&Had::default(), &had);
                    known = keeper.write(&known, had.clone()).unwrap();
                    had = had.clone().merged(&had, &known);
                }
            })
        })
        .collect();
    let read = keep.clone();
    while writers.iter().any(|writer| !writer.is_finished()) {
        // Never a torn one.
        read.read().unwrap();
    }
    for writer in writers {
        writer.join().unwrap();
    }
    let all: Vec<u64> = (1..=8).flat_map(|at| (0..5).map(move |step| 100 * at + step)).collect();
    assert_eq!(keep.read().unwrap().unwrap().marks, marked(&all).marks);
}

#[test]
fn what_cannot_be_read_is_told_and_put_aside_when_something_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let keep = keep(home.path(), "demo:shop");
    for (at, (text, told)) in [
        ("{\"version\":1,\"le", "EOF while parsing"),
        (
            "{\"version\":2,\"left\":{\"new\":[]}}",
            "a newer foldback kept how this store was left, in version 2",
        ),
        ("{\"version\":1,\"left\":{\"marks\":3}}", "invalid type"),
        ("[]", "cannot be read"),
    ]
    .into_iter()
    .enumerate()
    {
        fs::create_dir_all(&keep.directory).unwrap();
        fs::write(path(&keep), text).unwrap();
        let error = keep.read().unwrap_err();
        assert!(error.told.contains(told), "{error:?}");
        assert!(error.hint.contains(&path(&keep).display().to_string()), "{error:?}");
        assert_eq!(fs::read_to_string(path(&keep)).unwrap(), text, "it is left as it is");
        Keeper(Some(keep.clone())).write(&Had::default(), marked(&[1])).unwrap();
        assert_eq!(keep.read(), Ok(Some(marked(&[1]))));
        let aside = path(&keep).with_extension(format!("{}.aside.json", at + 1));
        assert_eq!(fs::read_to_string(aside).unwrap(), text);
    }
}

#[test]
fn what_cannot_be_written_says_what_where_and_why() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("made"), "a file").unwrap();
    let keep = keep(home.path(), "demo:shop");
    let told = Keeper(Some(keep.clone())).write(&Had::default(), marked(&[1])).unwrap_err();
    assert!(told.starts_with("how this store is left cannot be kept: cannot make "), "{told}");
    assert!(told.contains(&keep.directory.display().to_string()), "{told}");
    // Beside a store nothing is written, wherever that is.
    let here = Keep { directory: fs::canonicalize(home.path()).unwrap(), ..keep };
    let store = home.path().join("made");
    let keep = Keep { store: store.into(), ..here };
    assert!(Keeper(Some(keep)).write(&Had::default(), marked(&[1])).is_err());
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn what_was_put_down_of_another_store_is_put_aside_and_not_mixed_in() {
    let home = tempfile::tempdir().unwrap();
    let keep = keep(home.path(), "demo:shop");
    let of = |origin: &str, had: Had| Had { origin: Some(origin.to_owned()), ..had };
    let write = |had: Had| Keeper(Some(keep.clone())).write(&Had::default(), had).unwrap();
    let asides = || names(&keep).iter().filter(|name| name.contains("aside")).count();
    write(of("a", marked(&[1])));
    assert_eq!(write(of("a", marked(&[2]))), of("a", marked(&[1, 2])));
    assert_eq!(write(of("b", marked(&[3]))), of("b", marked(&[3])));
    assert_eq!(keep.read(), Ok(Some(of("b", marked(&[3])))));
    assert_eq!(
        read(&path(&keep).with_extension("1.aside.json")),
        Ok(Some(of("a", marked(&[1, 2]))))
    );
    // How a store was looked at is not worth a file.
    write(of("c", Had { filter: "type:A".to_owned(), ..Had::default() }));
    assert_eq!(asides(), 2);
    write(of("d", marked(&[4])));
    assert_eq!(asides(), 2);
    // Before there was an event nothing told them apart.
    assert_eq!(write(marked(&[5])).marks, marked(&[4, 5]).marks);
    assert_eq!(asides(), 2);
}
