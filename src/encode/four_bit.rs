//! Conversion of the four-bit file that multilingual-e5-small travels in to `model.safetensors` and `config.json`.
//!
//! Little-endian. Magic `E5S1`, u32 version; i32 hidden, layers, heads, ffn, vocabulary, positions, types; f32 epsilon
//! of layer norms; i32 block size; i32 pieces and four special ids; u64 length of the pieces' text, u32 offsets (one
//! more than pieces), f32 scores, the text; i32 and u32 for a normaliser and its bytes; i32 number of tensors, and for
//! each u16 length of name, name, u8 type, u32 elements, u64 offset, u64 bytes. Type 0 is f32. Type 1 is blocks of 18
//! bytes: an f16 scale, then 16 bytes whose low halves hold weights 0-15 and whose high halves 16-31, each
//! `(half - 8) * scale`.

use std::io::{self, Write};

use serde_json::{Value, json};

/// Weights in a block.
const BLOCK: usize = 32;
/// Bytes of a block.
const BLOCK_BYTES: usize = 18;

/// A converted model.
#[derive(Debug)]
pub struct Converted<'a> {
    /// The contents of `config.json`.
    pub config: Value,
    tensors: Vec<Tensor<'a>>,
}

#[derive(Debug)]
struct Tensor<'a> {
    name: String,
    shape: Vec<usize>,
    packed: bool,
    bytes: &'a [u8],
}

/// Reads the file's directory; weights are unpacked only when they are written. Errors say what is wrong with the file.
pub fn read(file: &[u8]) -> Result<Converted<'_>, &'static str> {
    let mut at = Cursor { rest: file };
    if at.take(4)? != b"E5S1" {
        return Err("not a four-bit e5 file");
    }
    at.take(4)?;
    let mut shape = [0usize; 7];
    for number in &mut shape {
        *number = at.u32()? as usize;
    }
    let [hidden, layers, heads, ffn, vocabulary, positions, types] = shape;
    let epsilon = f32::from_bits(at.u32()?);
    if at.u32()? as usize != BLOCK {
        return Err("a block size other than 32");
    }
    let pieces = at.u32()? as usize;
    at.take(12)?;
    at.take(4)?;
    let text = at.u64()?;
    at.take(pieces.checked_mul(8).and_then(|n| n.checked_add(4)).ok_or(CUT)?)?;
    at.take(text)?;
    at.take(4)?;
    let normaliser = at.u32()? as usize;
    at.take(normaliser)?;
    let count = at.u32()?;
    let mut tensors = Vec::new();
    for _ in 0..count {
        let length = at.u16()?;
        let name = std::str::from_utf8(at.take(length)?).map_err(|_| "a tensor's name is no text")?;
        let packed = match at.take(1)? {
            [0] => false,
            [1] => true,
            _ => return Err("a tensor of an unknown type"),
        };
        let elements = at.u32()? as usize;
        let (start, length) = (at.u64()?, at.u64()?);
        let bytes = start.checked_add(length).and_then(|end| file.get(start..end)).ok_or(CUT)?;
        let wanted = if packed { elements.div_ceil(BLOCK) * BLOCK_BYTES } else { elements * 4 };
        let (name, shape) = bert_name(name, elements, hidden, ffn).ok_or("a tensor that BERT does not have")?;
        if wanted != bytes.len() || shape.iter().product::<usize>() != elements {
            return Err("a tensor of the wrong size");
        }
        tensors.push(Tensor { name, shape, packed, bytes });
    }
    let config = json!({
        "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": hidden,
        "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": ffn,
        "vocab_size": vocabulary, "max_position_embeddings": positions, "type_vocab_size": types,
        // By way of f64 from its shortest text, so that 1e-12 stays 1e-12.
        "layer_norm_eps": epsilon.to_string().parse::<f64>().unwrap_or(1e-12), "pad_token_id": 1,
        "attention_probs_dropout_prob": 0.1, "hidden_dropout_prob": 0.1, "initializer_range": 0.02,
    });
    Ok(Converted { config, tensors })
}

const CUT: &str = "cut short";

/// BERT's usual name and shape for a tensor of the file.
fn bert_name(name: &str, elements: usize, hidden: usize, ffn: usize) -> Option<(String, Vec<usize>)> {
    let table = |name: &str| Some((format!("embeddings.{name}.weight"), vec![elements.checked_div(hidden)?, hidden]));
    match name {
        "emb.word" => return table("word_embeddings"),
        "emb.pos" => return table("position_embeddings"),
        "emb.type" => return table("token_type_embeddings"),
        "emb.ln.w" => return Some(("embeddings.LayerNorm.weight".into(), vec![elements])),
        "emb.ln.b" => return Some(("embeddings.LayerNorm.bias".into(), vec![elements])),
        _ => {}
    }
    let mut parts = name.split('.');
    let (layer, part, kind) = (parts.next()?.strip_prefix('l')?, parts.next()?, parts.next()?);
    let (full, rows, columns) = match part {
        "q" => ("attention.self.query", hidden, hidden),
        "k" => ("attention.self.key", hidden, hidden),
        "v" => ("attention.self.value", hidden, hidden),
        "ao" => ("attention.output.dense", hidden, hidden),
        "fi" => ("intermediate.dense", ffn, hidden),
        "fo" => ("output.dense", hidden, ffn),
        "aln" => ("attention.output.LayerNorm", hidden, 0),
        "oln" => ("output.LayerNorm", hidden, 0),
        _ => return None,
    };
    let (kind, shape) = match kind {
        "w" if columns > 0 => ("weight", vec![rows, columns]),
        "w" => ("weight", vec![rows]),
        "b" => ("bias", vec![rows]),
        _ => return None,
    };
    Some((format!("encoder.layer.{layer}.{full}.{kind}"), shape))
}

impl Converted<'_> {
    /// Writes all weights as f32 in the safetensors layout: u64 length of a JSON header, the header, the numbers.
    pub fn write_safetensors(&self, to: &mut impl Write) -> io::Result<()> {
        let mut header = serde_json::Map::new();
        let mut offset = 0;
        for tensor in &self.tensors {
            let end = offset + tensor.shape.iter().product::<usize>() * 4;
            let entry = json!({"dtype": "F32", "shape": tensor.shape, "data_offsets": [offset, end]});
            header.insert(tensor.name.clone(), entry);
            offset = end;
        }
        let mut header = serde_json::to_vec(&header)?;
        header.resize(header.len().next_multiple_of(8), b' ');
        to.write_all(&(header.len() as u64).to_le_bytes())?;
        to.write_all(&header)?;
        for tensor in &self.tensors {
            if tensor.packed {
                let mut left = tensor.shape.iter().product::<usize>();
                for block in tensor.bytes.chunks_exact(BLOCK_BYTES) {
                    let count = left.min(BLOCK);
                    let bytes: Vec<u8> = unpack(block).iter().take(count).flat_map(|x| x.to_le_bytes()).collect();
                    to.write_all(&bytes)?;
                    left -= count;
                }
            } else {
                to.write_all(tensor.bytes)?;
            }
        }
        Ok(())
    }
}

fn unpack(block: &[u8]) -> [f32; BLOCK] {
    let scale = half_to_single(u16::from_le_bytes([block[0], block[1]]));
    let mut weights = [0.0; BLOCK];
    for (j, byte) in block[2..].iter().enumerate().take(BLOCK / 2) {
        weights[j] = (f32::from(byte & 15) - 8.0) * scale;
        weights[j + BLOCK / 2] = (f32::from(byte >> 4) - 8.0) * scale;
    }
    weights
}

/// IEEE half precision to single precision.
fn half_to_single(half: u16) -> f32 {
    let sign = if half >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 31), f32::from(half & 1023));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], &'static str> {
        let (part, rest) = self.rest.split_at_checked(length).ok_or(CUT)?;
        self.rest = rest;
        Ok(part)
    }

    fn number(&mut self, length: usize) -> Result<u64, &'static str> {
        Ok(self.take(length)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn u16(&mut self) -> Result<usize, &'static str> {
        self.number(2).map(|number| number as usize)
    }

    fn u32(&mut self) -> Result<u32, &'static str> {
        self.number(4).map(|number| number as u32)
    }

    fn u64(&mut self) -> Result<usize, &'static str> {
        usize::try_from(self.number(8)?).map_err(|_| CUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_become_singles() {
        for (half, single) in [(0x3c00, 1.0), (0xc000, -2.0), (0x0001, 5.960_464_5e-8), (0x7bff, 65504.0)] {
            assert_eq!(half_to_single(half), single);
        }
    }

    #[test]
    fn a_tiny_file_is_converted_and_a_damaged_one_refused() {
        let mut file = b"E5S1".to_vec();
        let numbers = |file: &mut Vec<u8>, numbers: &[u32]| {
            numbers.iter().for_each(|number| file.extend(number.to_le_bytes()));
        };
        numbers(&mut file, &[1, 32, 1, 1, 64, 2, 8, 1, 1e-12f32.to_bits(), 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        file.extend([8, 0]);
        file.extend(b"emb.word");
        file.push(1);
        numbers(&mut file, &[32]);
        let start = file.len() as u64 + 16;
        file.extend(start.to_le_bytes());
        file.extend(18u64.to_le_bytes());
        file.extend([0x00, 0x3c]);
        file.extend([0xf0; 16]);
        let converted = read(&file).expect("a whole file");
        assert_eq!(converted.config["layer_norm_eps"], 1e-12);
        let mut written = Vec::new();
        converted.write_safetensors(&mut written).expect("memory");
        let header = u64::from_le_bytes(written[..8].try_into().expect("eight bytes")) as usize;
        assert!(std::str::from_utf8(&written[8..8 + header]).expect("JSON").contains("word_embeddings"));
        let weights: Vec<f32> =
            written[8 + header..].chunks(4).map(|b| f32::from_le_bytes(b.try_into().expect("four"))).collect();
        assert_eq!(weights, [[-8.0f32; 16], [7.0; 16]].concat());
        for length in 0..file.len() {
            assert!(read(&file[..length]).is_err());
        }
    }
}
