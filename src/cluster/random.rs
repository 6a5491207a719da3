//! A seeded generator, written out so that no change of a library changes the clusters.

/// SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The same seed gives the same numbers for ever.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, or 0 where that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// `wanted` of the numbers below `count`, each as likely, ascending; all where there are no more.
    pub fn sample(&mut self, count: usize, wanted: usize) -> Vec<usize> {
        let mut chosen = Vec::with_capacity(wanted.min(count));
        for at in 0..count {
            let missing = wanted - chosen.len();
            if missing == 0 {
                break;
            }
            if self.below(count - at) < missing {
                chosen.push(at);
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_the_size_asked_for_and_no_number_twice() {
        let mut random = Random::new(7);
        for (count, wanted) in [(0, 3), (3, 0), (5, 9), (100, 10), (1000, 999)] {
            let sample = random.sample(count, wanted);
            assert_eq!(sample.len(), wanted.min(count));
            assert!(sample.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(sample.iter().all(|&at| at < count));
        }
    }

    #[test]
    fn numbers_are_those_of_the_published_generator() {
        let mut random = Random::new(1_234_567);
        assert_eq!(
            [random.bits(), random.bits(), random.bits()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn each_number_is_sampled_about_as_often() {
        let mut times = [0u32; 20];
        for seed in 0..2_000 {
            for at in Random::new(seed).sample(20, 5) {
                times[at] += 1;
            }
        }
        // 500 each is expected, with a standard deviation of 19.
        assert!(times.iter().all(|&count| (400..600).contains(&count)), "{times:?}");
    }
}
