using System.Globalization;
using MobiZO.Optimization.Noise;

namespace MobiZO.Generation;

/// <summary>
/// Chooses the next token from logits. All sums are in double and the draw is keyed by (seed, index), so a text can be made again.
/// </summary>
internal sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly NoiseSource _noise;

    public TokenSampler(GenerationOptions options)
    {
        _options = options;
        _noise = new NoiseSource(options.Seed);
    }

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">One logit a token of the vocabulary.</param>
    /// <param name="seen">Tokens of the prompt and of the text so far.</param>
    /// <param name="index">Number of tokens generated before.</param>
    /// <exception cref="GenerationException">A logit is not finite.</exception>
    public int Choose(ReadOnlySpan<float> logits, IReadOnlySet<int> seen, long index)
    {
        var scores = Penalized(logits, seen);
        if (_options.Temperature == 0)
        {
            return Array.IndexOf(scores, scores.Max());
        }

        var candidates = Candidates(scores);
        var left = _noise.SamplingUniform(index) * candidates.Sum(candidate => candidate.Weight);
        foreach (var (token, weight) in candidates)
        {
            left -= weight;
            if (left < 0)
            {
                return token;
            }
        }

        // Rounding can leave a trace of the last weight over.
        return candidates[^1].Token;
    }

    /// <summary>The tokens that can be drawn, likeliest first, with weights relative to the likeliest.</summary>
    internal List<(int Token, double Weight)> Candidates(double[] scores)
    {
        var largest = scores.Max();
        var order = Enumerable
            .Range(0, scores.Length)
            .Select(token => (Token: token, Weight: Math.Exp((scores[token] - largest) / _options.Temperature)))
            .Where(candidate => candidate.Weight > 0)
            .OrderByDescending(candidate => candidate.Weight)
            .ThenBy(candidate => candidate.Token);
        List<(int Token, double Weight)> kept = [.. _options.TopK > 0 ? order.Take(_options.TopK) : order];
        if (_options.TopP < 1)
        {
            kept = [.. Nucleus(kept)];
        }

        return _options.MinP > 0 ? [.. kept.Where(candidate => candidate.Weight >= _options.MinP)] : kept;
    }

    /// <summary>The fewest tokens that reach top_p together; at least one.</summary>
    private IEnumerable<(int Token, double Weight)> Nucleus(List<(int Token, double Weight)> candidates)
    {
        var enough = _options.TopP * candidates.Sum(candidate => candidate.Weight);
        var sum = 0.0;
        foreach (var candidate in candidates)
        {
            yield return candidate;
            sum += candidate.Weight;
            if (sum >= enough)
            {
                yield break;
            }
        }
    }

    private double[] Penalized(ReadOnlySpan<float> logits, IReadOnlySet<int> seen)
    {
        var scores = new double[logits.Length];
        for (var token = 0; token < scores.Length; token++)
        {
            if (!float.IsFinite(logits[token]))
            {
                throw new GenerationException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The logit of token {token} is {logits[token]}; expected finite numbers. The weights or the adapter are "
                            + $"damaged, or a run has diverged."
                    )
                );
            }

            scores[token] = logits[token];
        }

        if (_options.RepetitionPenalty != 1)
        {
            foreach (var token in seen.Where(token => token >= 0 && token < scores.Length))
            {
                scores[token] = scores[token] > 0 ? scores[token] / _options.RepetitionPenalty : scores[token] * _options.RepetitionPenalty;
            }
        }

        return scores;
    }
}
