//! Matrices in NumPy's `.npy` format: versions 1 to 3, little-endian floats, C order.
//!
//! The format is described in NumPy Enhancement Proposal 1 and in the reference of `numpy.lib.format`.

use std::io::{self, Read, Write};

use thiserror::Error;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// A header longer than this is no matrix that any program writes.
const LONGEST_HEADER: usize = 1 << 20;
/// The data starts at a multiple of this many bytes.
const ALIGNMENT: usize = 64;

/// Why a `.npy` file could not be read as a matrix of vectors.
#[derive(Debug, Error)]
pub enum NpyError {
    /// The file could not be read or written.
    #[error("cannot read the vectors: {0}")]
    Io(#[from] io::Error),
    /// The file does not start with the format's magic bytes.
    #[error("not a .npy file (the first bytes are not those of the format); save it with numpy.save")]
    NotNpy,
    /// A format version that did not exist when this was written.
    #[error(".npy version {0} is not known; save it with version 1.0")]
    UnknownVersion(u8),
    /// The header does not say what it must.
    #[error("the .npy header is damaged: {0}")]
    Header(&'static str),
    /// Elements other than little-endian floats.
    #[error("the .npy file holds elements of type {0}; convert it with .astype('<f4')")]
    ElementType(String),
    /// Column-major storage.
    #[error("the .npy file is in Fortran order; convert it with numpy.ascontiguousarray")]
    FortranOrder,
    /// Not two-dimensional.
    #[error("the .npy file has {0} dimensions; expected 2 (answers x dimensions)")]
    Shape(usize),
    /// The file ends before its last element.
    #[error("the .npy file is cut short: its header promises {promised} numbers, it holds {found}")]
    CutShort {
        /// Elements by the header.
        promised: usize,
        /// Whole elements found.
        found: usize,
    },
    /// A number that is no number.
    #[error("row {row} of the .npy file holds a value that is not finite")]
    NotFinite {
        /// Row, counted from 0.
        row: usize,
    },
}

/// A matrix read from a file: `rows` vectors of `dimension` numbers, row after row.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// Number of vectors.
    pub rows: usize,
    /// Numbers per vector.
    pub dimension: usize,
    /// `rows * dimension` numbers.
    pub values: Vec<f32>,
}

/// What the header says of the data.
struct Header {
    element_bytes: usize,
    rows: usize,
    dimension: usize,
}

/// Reads a two-dimensional array of `<f4` or `<f8`.
///
/// # Errors
/// Anything else than such an array, a file cut short, and values that are not finite.
pub fn read(mut reader: impl Read) -> Result<Matrix, NpyError> {
    let header = parse_header(&read_header(&mut reader)?)?;
    let promised = header
        .rows
        .checked_mul(header.dimension)
        .filter(|count| count.checked_mul(header.element_bytes).is_some())
        .ok_or(NpyError::Header("the shape is larger than memory"))?;
    let values = read_values(&mut reader, header.element_bytes, promised)?;
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        return Err(NpyError::NotFinite { row: at / header.dimension.max(1) });
    }
    Ok(Matrix { rows: header.rows, dimension: header.dimension, values })
}

/// Writes `values`, rows of `dimension` numbers, as `<f4` in version 1.0.
///
/// # Errors
/// Where `writer` fails.
pub fn write(mut writer: impl Write, dimension: usize, values: &[f32]) -> io::Result<()> {
    let rows = values.len().checked_div(dimension).unwrap_or(0);
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dimension}), }}");
    let unpadded = MAGIC.len() + 4 + header.len() + 1;
    header.extend(std::iter::repeat_n(' ', unpadded.next_multiple_of(ALIGNMENT) - unpadded));
    header.push('\n');
    let length = u16::try_from(header.len()).map_err(io::Error::other)?;
    writer.write_all(MAGIC)?;
    writer.write_all(&[1, 0])?;
    writer.write_all(&length.to_le_bytes())?;
    writer.write_all(header.as_bytes())?;
    for chunk in values.chunks(16_384) {
        let bytes: Vec<u8> = chunk.iter().flat_map(|value| value.to_le_bytes()).collect();
        writer.write_all(&bytes)?;
    }
    writer.flush()
}

fn read_header(reader: &mut impl Read) -> Result<String, NpyError> {
    let mut start = [0u8; 8];
    reader.read_exact(&mut start).map_err(|_| NpyError::NotNpy)?;
    if &start[..6] != MAGIC {
        return Err(NpyError::NotNpy);
    }
    let length = match start[6] {
        1 => {
            let mut bytes = [0u8; 2];
            reader.read_exact(&mut bytes).map_err(|_| NpyError::Header("it ends too early"))?;
            usize::from(u16::from_le_bytes(bytes))
        }
        2 | 3 => {
            let mut bytes = [0u8; 4];
            reader.read_exact(&mut bytes).map_err(|_| NpyError::Header("it ends too early"))?;
            usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX)
        }
        other => return Err(NpyError::UnknownVersion(other)),
    };
    if length > LONGEST_HEADER {
        return Err(NpyError::Header("it is too long"));
    }
    let mut bytes = vec![0u8; length];
    reader.read_exact(&mut bytes).map_err(|_| NpyError::Header("it ends too early"))?;
    String::from_utf8(bytes).map_err(|_| NpyError::Header("it is not text"))
}

fn parse_header(header: &str) -> Result<Header, NpyError> {
    let descr = entry(header, "descr").ok_or(NpyError::Header("no 'descr'"))?;
    let quoted = descr.strip_prefix(['\'', '"']).and_then(|rest| rest.split(['\'', '"']).next());
    let element_bytes = match quoted {
        Some("<f4") => 4,
        Some("<f8") => 8,
        Some(other) => return Err(NpyError::ElementType(other.chars().take(12).collect())),
        None => return Err(NpyError::ElementType("a record".to_owned())),
    };
    let order = entry(header, "fortran_order").ok_or(NpyError::Header("no 'fortran_order'"))?;
    let fortran = order.starts_with("True");
    let shape = entry(header, "shape").ok_or(NpyError::Header("no 'shape'"))?;
    let inner = shape
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'))
        .map(|(inner, _)| inner)
        .ok_or(NpyError::Header("'shape' is no tuple"))?;
    let lengths = inner
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| part.trim_end_matches('L').parse::<usize>())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| NpyError::Header("'shape' holds something that is no number"))?;
    match lengths[..] {
        [_, _] if fortran => Err(NpyError::FortranOrder),
        [rows, dimension] => Ok(Header { element_bytes, rows, dimension }),
        _ => Err(NpyError::Shape(lengths.len())),
    }
}

/// What follows `'name':` in the header's dictionary.
fn entry<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    ['\'', '"'].iter().find_map(|quote| {
        let key = format!("{quote}{name}{quote}");
        let after = header.get(header.find(&key)? + key.len()..)?;
        Some(after.trim_start().strip_prefix(':')?.trim_start())
    })
}

/// Reads in pieces, so that a header that promises too much costs no memory.
fn read_values(reader: &mut impl Read, element_bytes: usize, promised: usize) -> Result<Vec<f32>, NpyError> {
    let mut values = Vec::new();
    let mut piece = Vec::new();
    while values.len() < promised {
        let wanted = (promised - values.len()).min(1 << 18) * element_bytes;
        piece.clear();
        let got = reader.by_ref().take(wanted as u64).read_to_end(&mut piece)?;
        if element_bytes == 4 {
            let floats = piece.chunks_exact(4).filter_map(|bytes| bytes.try_into().ok());
            values.extend(floats.map(f32::from_le_bytes));
        } else {
            let floats = piece.chunks_exact(8).filter_map(|bytes| bytes.try_into().ok());
            values.extend(floats.map(|bytes| f64::from_le_bytes(bytes) as f32));
        }
        if got < wanted {
            return Err(NpyError::CutShort { promised, found: values.len() });
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([version, 0]);
        if version == 1 {
            bytes.extend((header.len() as u16).to_le_bytes());
        } else {
            bytes.extend((header.len() as u32).to_le_bytes());
        }
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn doubles_and_version_two_are_read() {
        let data: Vec<u8> = [1.5f64, -2.0, 0.25, 4.0].iter().flat_map(|value| value.to_le_bytes()).collect();
        let header = "{\"descr\": \"<f8\", \"fortran_order\": False, \"shape\": (2, 2), }\n";
        let matrix = read(&file(2, header, &data)[..]).unwrap();
        assert_eq!(matrix, Matrix { rows: 2, dimension: 2, values: vec![1.5, -2.0, 0.25, 4.0] });
    }

    #[test]
    fn each_fault_has_its_own_message() {
        let wrong = |header: &str| read(&file(1, header, &[0; 8])[..]).unwrap_err().to_string();
        assert!(wrong("{'descr': '<i8', 'fortran_order': False, 'shape': (1, 1), }").contains("<i8"));
        assert!(wrong("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }").contains("Fortran"));
        assert!(wrong("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }").contains("1 dimensions"));
        assert!(wrong("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1), }").contains("holds 2"));
        assert!(wrong("{'descr': '<f4', 'fortran_order': False}").contains("shape"));
        let huge = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, 9), }}", usize::MAX);
        assert!(wrong(&huge).contains("larger than memory"));
        assert!(matches!(read(&b"id,text\n1,a\n"[..]), Err(NpyError::NotNpy)));
        assert!(matches!(read(&file(9, "", &[])[..]), Err(NpyError::UnknownVersion(9))));
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
        let mut data = 1f32.to_le_bytes().to_vec();
        data.extend(f32::NAN.to_le_bytes());
        assert!(matches!(read(&file(1, header, &data)[..]), Err(NpyError::NotFinite { row: 1 })));
    }

    #[test]
    fn data_starts_at_a_multiple_of_sixty_four_bytes() {
        let mut bytes = Vec::new();
        write(&mut bytes, 3, &[0.0; 6]).unwrap();
        assert_eq!((bytes.len() - 24) % ALIGNMENT, 0);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(rows in 0usize..9, dimension in 1usize..9, seed in any::<u32>()) {
            let values: Vec<f32> = (0..rows * dimension)
                .map(|at| (at as f32 + 0.5) * (seed % 1000) as f32)
                .collect();
            let mut bytes = Vec::new();
            write(&mut bytes, dimension, &values).unwrap();
            prop_assert_eq!(read(&bytes[..]).unwrap(), Matrix { rows, dimension, values });
        }

        #[test]
        fn no_bytes_make_it_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), well_begun in any::<bool>()) {
            if well_begun {
                bytes.splice(0..0, MAGIC.iter().copied().chain([1, 0, 80, 0]));
            }
            let _ = read(&bytes[..]);
        }
    }
}
