using System.Text;
using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Text.Tests.Tokenizers.Peers;

/// <summary>Ids of any text against those of the Hugging Face tokenizers library, asked while the test runs.</summary>
public sealed class RustTokenizerTests
{
    private static readonly Lazy<string[]> s_fixtureTexts = new(() =>
        [.. Suite.Texts().Where(IsWellFormed).Distinct(StringComparer.Ordinal)]
    );

    private static readonly Lazy<string[]> s_fuzzedTexts = new(() =>
        FuzzedTexts.Make(seed: 20260, count: 10_000, [.. Suite.AddedTokens()])
    );

    public static TheoryData<string> Names => Suite.Files("cases");

    [PeerTheory]
    [MemberData(nameof(Names))]
    public void Texts_of_all_fixtures_have_the_same_ids(string name) =>
        PeerChecks.Same(Suite.Load(name), Suite.TokenizerPath(name), s_fixtureTexts.Value);

    [PeerTheory]
    [MemberData(nameof(Names))]
    public void Fuzzed_texts_have_the_same_ids(string name) =>
        PeerChecks.Same(Suite.Load(name), Suite.TokenizerPath(name), s_fuzzedTexts.Value);

    /// <summary>
    /// The wrapper refuses lone surrogates ("Invalid UTF-16 text string"). What this library makes of them has a test of its own.
    /// </summary>
    private static bool IsWellFormed(string text)
    {
        for (int index = 0; index < text.Length; )
        {
            if (!Rune.TryGetRuneAt(text, index, out Rune rune))
            {
                return false;
            }

            index += rune.Utf16SequenceLength;
        }

        return true;
    }
}
