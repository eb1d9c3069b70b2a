using MobiZO.Text.Tokenizers.Models;

namespace MobiZO.Text.Tests.Tokenizers.Models;

/// <summary>The two ways to merge a word, and the table behind them, against merging by the rule itself.</summary>
public sealed class MergeTests
{
    /// <summary>Ranks that several pairs share occur in GGUF vocabularies, whose scores may be equal.</summary>
    [Theory]
    [InlineData(40, 1)]
    [InlineData(400, 1)]
    [InlineData(400, 7)]
    public void Words_of_any_length_merge_by_rank_then_from_the_left(int longest, int pairsOfARank)
    {
        var random = new Random(5);
        for (int round = 0; round < 200; round++)
        {
            var rules = new Dictionary<(int Left, int Right), Merge>();
            var table = new MergeTable(1);
            for (int rule = 0; rule < 60; rule++)
            {
                (int Left, int Right) pair = (random.Next(12), random.Next(12));
                rules[pair] = new Merge(rule / pairsOfARank, random.Next(12));
                table.Set(pair.Left, pair.Right, rules[pair]);
            }

            int[] word = [.. Enumerable.Range(0, 1 + random.Next(longest)).Select(_ => random.Next(3))];
            var chain = new SymbolChain(word.Length);
            foreach (int id in word)
            {
                chain.Add(id, 1);
            }

            chain.MergeAll(table);
            var found = new List<int>();
            foreach ((int id, _) in chain)
            {
                found.Add(id);
            }

            Assert.Equal(ByTheRule([.. word], rules), found);
            Assert.Equal(found.Count, chain.Count);
        }
    }

    [Fact]
    public void The_table_keeps_what_it_was_given()
    {
        var table = new MergeTable(0);
        for (int id = 0; id < 1000; id++)
        {
            table.Set(id, id, new Merge(id, 2 * id));
            table.Set(id, id + 1, new Merge(-1, -1));
            table.Set(id, id + 1, new Merge(id, 3 * id));
        }

        for (int id = 0; id < 1000; id++)
        {
            Assert.True(table.TryGet(id, id, out Merge same));
            Assert.Equal(new Merge(id, 2 * id), same);
            Assert.True(table.TryGet(id, id + 1, out Merge next));
            Assert.Equal(new Merge(id, 3 * id), next);
            Assert.False(table.TryGet(id + 1, id, out _));
        }
    }

    private static List<int> ByTheRule(List<int> word, Dictionary<(int Left, int Right), Merge> rules)
    {
        while (true)
        {
            int best = -1;
            for (int left = 0; left + 1 < word.Count; left++)
            {
                if (
                    rules.TryGetValue((word[left], word[left + 1]), out Merge merge)
                    && (best < 0 || merge.Rank < rules[(word[best], word[best + 1])].Rank)
                )
                {
                    best = left;
                }
            }

            if (best < 0)
            {
                return word;
            }

            word[best] = rules[(word[best], word[best + 1])].Id;
            word.RemoveAt(best + 1);
        }
    }
}
