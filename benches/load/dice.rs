//! Reproducible random numbers, and a Zipf distribution.

/// A random number generator (splitmix64).
pub struct Dice(u64);

impl Dice {
    /// An independent sequence for each `stream`, the same on any thread.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(mix(seed ^ mix(stream)))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 to `end` - 1.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// Returns true with this probability in percent.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// Mixes the bits of a number.
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Draws rank k in proportion to 1 / (k + shift) ^ exponent, by Walker's alias method.
pub struct Zipf {
    slots: Vec<(f32, u32)>,
}

impl Zipf {
    pub fn new(ranks: usize, shift: f64, exponent: f64) -> Self {
        let weights: Vec<f64> = (0..ranks).map(|rank| 1.0 / (rank as f64 + shift).powf(exponent)).collect();
        let mean = weights.iter().sum::<f64>() / ranks as f64;
        let mut shares: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
        let mut slots: Vec<(f32, u32)> = (0..ranks).map(|rank| (1.0, rank as u32)).collect();
        let (mut poor, mut rich): (Vec<usize>, Vec<usize>) = (0..ranks).partition(|rank| shares[*rank] < 1.0);
        while let (Some(low), Some(high)) = (poor.pop(), rich.pop()) {
            slots[low] = (shares[low] as f32, high as u32);
            shares[high] -= 1.0 - shares[low];
            if shares[high] < 1.0 { poor.push(high) } else { rich.push(high) }
        }
        Self { slots }
    }

    pub fn draw(&self, dice: &mut Dice) -> usize {
        let throw = dice.next();
        let slot = ((u128::from(throw) * self.slots.len() as u128) >> 64) as usize;
        let (keep, other) = self.slots[slot];
        // The slot was chosen by the high bits.
        let share = (dice.next() >> 40) as f32 / (1 << 24) as f32;
        if share < keep { slot } else { other as usize }
    }
}
