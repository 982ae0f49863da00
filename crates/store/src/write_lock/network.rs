//! File systems on which a lock may not exclude other machines.

use std::path::Path;

/// Their numbers in `statfs`, and their usual names.
const NETWORK: [(u32, &str); 7] = [
    (0x6969, "NFS"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x517b, "SMB"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "FUSE"),
    (0x5346_414f, "AFS"),
];

fn named(number: u32) -> Option<&'static str> {
    let found = NETWORK.iter().find(|(known, _)| *known == number);
    found.map(|(_, name)| *name)
}

/// What there is to say of a folder; nothing where it is on a disk of this machine.
pub(super) fn doubt(folder: &Path) -> Option<String> {
    let name = file_system(folder)?;
    Some(format!(
        "{} is on {name}, where a lock may not keep out writers on other machines: let only one machine at a time write, or put the state folder on a local disk with --state-dir",
        folder.display()
    ))
}

#[cfg(target_os = "linux")]
fn file_system(folder: &Path) -> Option<&'static str> {
    let found = rustix::fs::statfs(folder).ok()?;
    // The number has 32 bits, in a type that differs from machine to machine.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the lower 32 bits are the number"
    )]
    let number = found.f_type as u32;
    named(number)
}

#[cfg(not(target_os = "linux"))]
fn file_system(_: &Path) -> Option<&'static str> {
    // The numbers mean something else there.
    named(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_are_no_network() {
        for (number, name) in [
            (0x6969, Some("NFS")),
            (0x6573_5546, Some("FUSE")),
            (0xff53_4d42, Some("CIFS")),
            (0xef53, None),
            (0x0102_1994, None),
            (0x9123_683e, None),
            (0x794c_7630, None),
            (0, None),
        ] {
            assert_eq!(named(number), name, "{number:x}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_not_doubted() {
        assert_eq!(doubt(Path::new("/nowhere/at/all")), None);
    }
}
