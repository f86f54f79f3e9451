//! Short marks that tell texts from others.

use smol_str::SmolStr;

/// The beginning of the hash of these texts, one after the other, in eight characters.
pub(crate) fn digest(texts: &[impl AsRef<str>]) -> SmolStr {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(text.as_ref().as_bytes());
        hasher.update(b"\0");
    }
    SmolStr::new(&hasher.finalize().to_hex()[..8])
}
