namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>A value inside a template. The set of kinds is closed, so a template can never reach an object of the host program.</summary>
internal abstract class TemplateValue
{
    /// <summary>The name of the kind in error messages, as Python calls it.</summary>
    public abstract string TypeName { get; }

    /// <summary>How a value prints that is neither data nor a container.</summary>
    public virtual string Description => $"<{TypeName}>";

    /// <summary>Whether an <c>if</c> takes the value for true.</summary>
    public virtual bool IsTrue => true;

    /// <summary>Levels of nesting; 0 for everything that is not a container.</summary>
    public virtual int Depth => 0;

    /// <summary>How many steps it takes to go through the value once.</summary>
    public virtual long Weight => 1;
}
