namespace MobiZO.Programs.Feeding;

/// <summary>
/// Words of several tokens as one tree: words that begin alike share their first tokens, and a place where they part decides between the
/// tokens that they go on with. The probability of a word is the product over the places on its way, each a softmax over its own tokens
/// alone, so that those of all words sum to 1 whatever their lengths. Where no words part nothing is decided, and no token need be
/// computed behind the last such place.
/// </summary>
public sealed class ChoiceTree
{
    private readonly int[][] _words;
    private readonly Node _root = new([]);
    private readonly List<ChoiceRow> _ways = [];
    private readonly List<Node> _scored = [];

    /// <summary>Builds the tree.</summary>
    /// <param name="words">Token ids of every word: at least two, different, each at least one token.</param>
    /// <param name="end">The token that stands for the end of a word that another one goes on from; null: there is none.</param>
    /// <exception cref="ProgramException">
    /// A word is the beginning of another and there is no end token, or words are not different.
    /// </exception>
    public ChoiceTree(int[][] words, int? end)
    {
        ArgumentNullException.ThrowIfNull(words);
        _words = words;
        foreach (var word in words)
        {
            Add(word);
        }

        foreach (var (index, word) in words.Index())
        {
            var last = NodeAt(word);
            if (last.Children.Count > 0)
            {
                last.Add(
                    end
                        ?? throw new ProgramException(
                            FormattableString.Invariant(
                                $"Word {index} of {words.Length} is the beginning of another word, and the model has "
                            ) + "no token that ends an answer."
                        )
                );
            }
        }

        AddWays(_root, []);
    }

    /// <summary>The way to a word, up to the last place where another one parts from it.</summary>
    /// <param name="word">Index of the word.</param>
    /// <param name="withTokens">Whether every token of the word is asked for too.</param>
    public ChoiceRow ToLearn(int word, bool withTokens)
    {
        var ids = _words[word];
        var points = new List<ChoicePoint>();
        var node = _root;
        for (var depth = 0; depth <= ids.Length; depth++)
        {
            // Behind the last token only a word that ends where others go on has something to decide.
            var (isPlace, isToken) = (node.Children.Count > 1, withTokens && depth < ids.Length);
            var right = depth < ids.Length ? node.IndexOf(ids[depth]) : node.Children.Count - 1;
            if (isPlace || isToken)
            {
                points.Add(new ChoicePoint(depth, isPlace ? node.Tokens : [], isPlace ? right : 0, isToken ? ids[depth] : null));
            }

            node = depth < ids.Length ? node.Children[right] : node;
        }

        return new ChoiceRow(ids[..points[^1].Offset], points);
    }

    /// <summary>
    /// The rows that score every word: the tokens of one of them, and the ways to every place where words part. The values of their points
    /// are log-probabilities over the vocabulary.
    /// </summary>
    /// <param name="answer">Index of the word whose tokens are asked for one by one.</param>
    public IReadOnlyList<ChoiceRow> ToScore(int answer)
    {
        var ids = _words[answer];
        return [new ChoiceRow(ids[..^1], [.. ids.Index().Select(pair => new ChoicePoint(pair.Index, [pair.Item], 0))]), .. _ways];
    }

    /// <summary>The log-probability of every word among all of them.</summary>
    /// <param name="values">
    /// For each point of the rows of <see cref="ToScore"/>, without those of the first row, the log-probability (or logit) of each of its
    /// candidates.
    /// </param>
    public double[] Scores(IReadOnlyList<double[]> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var own = _scored.Zip(values).ToDictionary(pair => pair.First, pair => LogSoftmax(pair.Second));
        return [.. _words.Select(word => ScoreOf(word, own))];
    }

    private double ScoreOf(int[] word, Dictionary<Node, double[]> own)
    {
        var (sum, node) = (0.0, _root);
        foreach (var token in word)
        {
            var child = node.IndexOf(token);
            sum += own.TryGetValue(node, out var values) ? values[child] : 0;
            node = node.Children[child];
        }

        return sum + (own.TryGetValue(node, out var ends) ? ends[^1] : 0);
    }

    private static double[] LogSoftmax(double[] values)
    {
        var largest = values.Max();
        var normaliser = largest + Math.Log(values.Sum(value => Math.Exp(value - largest)));
        return [.. values.Select(value => value - normaliser)];
    }

    private void Add(int[] word)
    {
        if (word.Length == 0)
        {
            throw new ProgramException("A word of a tree has at least one token.");
        }

        var node = _root;
        foreach (var token in word)
        {
            var known = node.IndexOf(token);
            node = known < 0 ? node.Add(token) : node.Children[known];
        }

        // A word that another went through is new all the same.
        if (node.IsWord)
        {
            throw new ProgramException("Two words of a tree have the same tokens.");
        }

        node.IsWord = true;
    }

    private Node NodeAt(int[] word) => word.Aggregate(_root, (node, token) => node.Children[node.IndexOf(token)]);

    /// <summary>One row for every place behind which words do not part again; places before it belong to the first such row.</summary>
    private void AddWays(Node node, List<(Node Node, int Depth)> pending)
    {
        if (node.Children.Count > 1)
        {
            pending.Add((node, node.Path.Length));
        }

        if (!node.Children.Exists(PartsBelow))
        {
            if (node.Children.Count > 1)
            {
                _ways.Add(new ChoiceRow(node.Path, [.. pending.Select(place => new ChoicePoint(place.Depth, place.Node.Tokens, 0))]));
                _scored.AddRange(pending.Select(place => place.Node));
                pending.Clear();
            }

            return;
        }

        foreach (var child in node.Children.Where(PartsBelow))
        {
            AddWays(child, pending);
        }
    }

    private static bool PartsBelow(Node node) => node.Children.Count > 1 || node.Children.Exists(PartsBelow);

    private sealed class Node(int[] path)
    {
        public int[] Path => path;

        public List<Node> Children { get; } = [];

        /// <summary>The tokens that words go on with, in the order of the words.</summary>
        public int[] Tokens => [.. Children.Select(child => child.Path[^1])];

        public bool IsWord { get; set; }

        public int IndexOf(int token) => Children.FindIndex(child => child.Path[^1] == token);

        public Node Add(int token)
        {
            var child = new Node([.. path, token]);
            Children.Add(child);
            return child;
        }
    }
}
