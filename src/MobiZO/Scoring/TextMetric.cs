namespace MobiZO.Scoring;

/// <summary>How a written answer is compared with the given one; from 0 to 1, higher is better.</summary>
public enum TextMetric
{
    /// <summary>
    /// ROUGE-L: the F-measure of the longest common subsequence of words. Words are runs of a to z and 0 to 9 in lower case, without a
    /// stemmer, as the package rouge_score has them.
    /// </summary>
    RougeL,

    /// <summary>F1 over words that both have, as SQuAD counts it: lower case, without punctuation and the articles a, an, the.</summary>
    WordF1,

    /// <summary>1 where the words of <see cref="WordF1"/> are the same in the same order, else 0.</summary>
    ExactMatch,
}
