//! Rows of numbers as bytes: little-endian, four bytes each, the same on every machine.

use super::StoreError;

/// Stands for "none" where a number may be missing.
pub(super) const NONE: u32 = u32::MAX;

/// Numbers as bytes.
pub(super) fn from_numbers(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    numbers.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// Bytes as numbers.
///
/// # Errors
/// When they are not `expected` whole numbers.
pub(super) fn to_numbers(bytes: &[u8], expected: usize) -> Result<Vec<u32>, StoreError> {
    let (chunks, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() || chunks.len() != expected {
        return Err(StoreError::Damaged { what: "a row of numbers" });
    }
    Ok(chunks.iter().map(|chunk| u32::from_le_bytes(*chunk)).collect())
}

/// A vector as bytes, bit for bit.
pub(super) fn from_vector(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Bytes as a vector; a rest of less than four is dropped.
pub(super) fn to_vector(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_and_vectors_come_back_bit_for_bit(
            numbers in proptest::collection::vec(any::<u32>(), 0..20),
            vector in proptest::collection::vec(any::<u32>().prop_map(f32::from_bits), 0..20),
        ) {
            prop_assert_eq!(to_numbers(&from_numbers(numbers.iter().copied()), numbers.len()).unwrap(), numbers);
            let bits = |vector: &[f32]| vector.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&to_vector(&from_vector(&vector))), bits(&vector));
        }
    }

    #[test]
    fn a_torn_row_is_told() {
        assert!(to_numbers(&[0; 7], 2).is_err());
        assert!(to_numbers(&[0; 8], 3).is_err());
    }
}
