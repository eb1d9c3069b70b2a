namespace MobiZO.Text.Tokenizers.Models;

/// <summary>Finds the tokens that a text begins with.</summary>
internal sealed class TokenTrie
{
    private const int Root = 0;

    private readonly Dictionary<long, int> _children = [];
    private readonly List<int> _values = [-1];

    /// <summary>Adds a token; of two alike the later one counts.</summary>
    public void Add(string token, int value)
    {
        int node = Root;
        foreach (char unit in token)
        {
            long key = Key(node, unit);
            if (!_children.TryGetValue(key, out int child))
            {
                child = _values.Count;
                _values.Add(-1);
                _children.Add(key, child);
            }

            node = child;
        }

        _values[node] = value;
    }

    /// <summary>Where a walk along a text begins.</summary>
    public Walk Start() => new(this);

    private static long Key(int node, char unit) => ((long)node << 16) | unit;

    /// <summary>A walk along a text, one code unit a step.</summary>
    internal struct Walk(TokenTrie trie)
    {
        private int _node = Root;

        /// <summary>Goes one step; false when no token goes on so.</summary>
        /// <param name="unit">The next code unit.</param>
        /// <param name="value">The token that ends here, or -1.</param>
        public bool Step(char unit, out int value)
        {
            bool found = trie._children.TryGetValue(Key(_node, unit), out _node);
            value = found ? trie._values[_node] : -1;
            return found;
        }
    }
}
